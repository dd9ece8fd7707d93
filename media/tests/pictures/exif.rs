//! Exif data, put together by hand (Exif 2.32, 4.6).

/// What the camera says of itself.
pub const CAMERA: &[u8] = b"Camera of somebody\0";
/// Minutes of the latitude, as a fraction that occurs nowhere else.
pub const MINUTES: u32 = 0x3151_2F07;

/// A TIFF structure with the orientation, a camera, and a place on earth.
pub fn with_place(orientation: u16) -> Vec<u8> {
    const FIRST_DIRECTORY: u32 = 8;
    const GPS_DIRECTORY: u32 = FIRST_DIRECTORY + 2 + 3 * 12 + 4;
    const VALUES: u32 = GPS_DIRECTORY + 2 + 2 * 12 + 4;
    let camera = u32::try_from(CAMERA.len()).unwrap();
    let mut tiff = b"MM\0*".to_vec();
    tiff.extend(FIRST_DIRECTORY.to_be_bytes());
    tiff.extend(3_u16.to_be_bytes());
    entry(&mut tiff, 0x010F, 2, camera, VALUES + 24);
    entry(&mut tiff, 0x0112, 3, 1, u32::from(orientation) << 16);
    entry(&mut tiff, 0x8825, 4, 1, GPS_DIRECTORY);
    tiff.extend(0_u32.to_be_bytes());
    tiff.extend(2_u16.to_be_bytes());
    entry(&mut tiff, 0x0001, 2, 2, u32::from_be_bytes(*b"N\0\0\0"));
    entry(&mut tiff, 0x0002, 5, 3, VALUES);
    tiff.extend(0_u32.to_be_bytes());
    for part in [52, 1, MINUTES, 10_000_000, 0, 1] {
        tiff.extend(u32::to_be_bytes(part));
    }
    tiff.extend(CAMERA);
    tiff
}

fn entry(tiff: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32) {
    tiff.extend(tag.to_be_bytes());
    tiff.extend(kind.to_be_bytes());
    tiff.extend(count.to_be_bytes());
    tiff.extend(value.to_be_bytes());
}
