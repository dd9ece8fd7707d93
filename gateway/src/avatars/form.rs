//! The form of an avatar: a picture, and perhaps which square of it.

use axum::extract::Request;
use bytes::Bytes;
use domain::FieldError;
use media::image::Crop;

use crate::{
    error::ApiError,
    files::form::{FileField, Form, InMemory, refused},
    state::AppState,
};

/// No number that names a pixel is longer.
const NUMBER_BYTES: usize = 10;

/// What was sent.
pub(super) struct AvatarForm {
    pub picture: Bytes,
    pub crop: Option<Crop>,
}

/// Reads the form, whose fields may come in any order.
pub(super) async fn read(request: Request, state: &AppState) -> Result<AvatarForm, ApiError> {
    let mut form = Form::of(request, state).await?;
    let mut picture = None;
    let mut square = [("x", None), ("y", None), ("size", None)];
    while let Some(mut field) = form.field().await? {
        let name = field.field_name();
        if name == "file" {
            once(&name, picture.is_some())?;
            picture = Some(read_picture(&mut field).await?);
            continue;
        }
        let Some((_, number)) = square.iter_mut().find(|(known, _)| *known == name) else {
            return Err(fault(
                &name,
                "unknown_field",
                "There is no such field; leave it out.",
            ));
        };
        once(&name, number.is_some())?;
        *number = Some(read_number(&name, &mut field).await?);
    }
    Ok(AvatarForm {
        picture: picture.ok_or_else(|| refused("required", "Send a picture in this field."))?,
        crop: crop(square)?,
    })
}

/// All three numbers or none.
fn crop(square: [(&str, Option<u32>); 3]) -> Result<Option<Crop>, ApiError> {
    match square.map(|(_, number)| number) {
        [None, None, None] => Ok(None),
        [Some(x), Some(y), Some(size)] => Ok(Some(Crop { x, y, size })),
        _ => {
            let missing = square.iter().filter(|(_, number)| number.is_none());
            let detail = "Send x, y and size together, or none of them.";
            let faults = missing.map(|(name, _)| FieldError::new(name, "required", detail));
            Err(ApiError::validation(faults.collect()))
        }
    }
}

async fn read_picture(field: &mut FileField<'_>) -> Result<Bytes, ApiError> {
    let mut picture = InMemory::default();
    while let Some(piece) = field.next().await? {
        picture.extend(&piece)?;
    }
    Ok(picture.whole())
}

async fn read_number(name: &str, field: &mut FileField<'_>) -> Result<u32, ApiError> {
    let mut digits = Vec::new();
    while let Some(piece) = field.next().await? {
        digits.extend_from_slice(&piece);
        if digits.len() > NUMBER_BYTES {
            break;
        }
    }
    let number = str::from_utf8(&digits)
        .ok()
        .and_then(|text| text.parse().ok());
    number.ok_or_else(|| fault(name, "wrong_type", "Send a whole number of pixels."))
}

fn once(name: &str, is_there: bool) -> Result<(), ApiError> {
    match is_there {
        true => Err(fault(name, "duplicate_field", "Give this field once.")),
        false => Ok(()),
    }
}

fn fault(name: &str, code: &str, detail: &str) -> ApiError {
    let name = name.replace('\0', "\u{fffd}");
    ApiError::validation(vec![FieldError::new(&name, code, detail)])
}
