//! A chart's SVG file as a PNG, made by the browser, which has the letters for it.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement};

use crate::web::components::show_error;

/// Pixels of the PNG for one of the SVG: crisp on dense screens and in slides.
const DENSITY: f64 = 2.0;

/// Saves what `href` leads to, an SVG file, as `name`. In the browser only.
pub fn save_png(href: &str, name: String) {
    let Ok(image) = HtmlImageElement::new() else { return };
    let drawn = image.clone();
    // Where this runs the page's owner is not at hand any more.
    let owner = Owner::current();
    let loaded = Closure::once_into_js(move || {
        if draw_and_save(&drawn, &name).is_err()
            && let Some(owner) = owner
        {
            owner.with(|| show_error("This browser cannot make a PNG of it. The SVG is the same picture.", None));
        }
    });
    image.set_onload(Some(loaded.unchecked_ref()));
    image.set_src(href);
}

fn draw_and_save(image: &HtmlImageElement, name: &str) -> Result<(), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    let (width, height) = (f64::from(image.natural_width()) * DENSITY, f64::from(image.natural_height()) * DENSITY);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into::<CanvasRenderingContext2d>();
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&canvas.to_data_url_with_type("image/png")?);
    link.set_download(name);
    link.click();
    Ok(())
}
