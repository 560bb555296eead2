/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.endpoint;

import static io.aipi.simulator.endpoint.Parameter.named;

import io.aipi.simulator.model.ImageModel;
import io.aipi.simulator.model.Model;
import io.aipi.simulator.model.NoiseModel;
import io.aipi.simulator.model.PictureFormat;
import io.aipi.simulator.model.SpeechModel;
import java.util.ArrayList;
import java.util.List;

/** The descriptions of the endpoints that the recorded server had, and of others in their style. */
public final class EndpointPresets {

    private static final List<String> SAMPLERS =
            List.of("EulerEDMSampler", "HeunEDMSampler", "EulerAncestralSampler", "DPMPP2MSampler");

    private EndpointPresets() {}

    /**
     * The endpoints of an AIME API Server 0.9.6 with all its models, in the order of their names. {@code mistral_chat}
     * and {@code gpt_oss_chat} take images in their {@code chat_context}. {@code mistral_chat} has no
     * {@code prompt_input}, and that of {@code gpt_oss_chat} is a {@code text_context}.
     * {@code stable_diffusion_xl_img2img} has an optional {@code prompt} and a required {@code text}.
     *
     * @return the endpoints
     */
    public static List<ModelEndpoint> ofServer096() {
        return List.of(
                ChatPresets.gptOss(),
                chat("llama2_chat", "text"),
                chat("llama3_chat", "prompt_input"),
                chat("llama4_chat", "prompt_input"),
                ChatPresets.mistral(),
                imageToImage("stable_diffusion_3_5"),
                imageToImageWithText("stable_diffusion_xl_img2img"),
                image("stable_diffusion_xl_txt2img", PictureFormat.JPEG),
                speech("tts"));
    }

    /**
     * A chat model. With the prompt in {@code text} it is described as the recorded {@code llama2_chat}, which declares
     * no {@code error} output; otherwise as the recorded {@code llama3_chat}, which also takes a {@code chat_context}
     * or a {@code text_context}. With the prompt in {@code text_context} there is no other input for it.
     *
     * @param name the endpoint's name
     * @param promptParameter the input that takes the prompt
     * @return the endpoint
     */
    public static ModelEndpoint chat(String name, String promptParameter) {
        return ChatPresets.chat(name, promptParameter);
    }

    /**
     * A text-to-image model in the way of the recorded {@code stable_diffusion_xl_txt2img}; as PNG in the way of the
     * recorded {@code sd_png}, which also takes small sizes.
     *
     * @param name the endpoint's name
     * @param format the format of the images
     * @return the endpoint
     */
    public static ModelEndpoint image(String name, PictureFormat format) {
        return image(name, format, new ImageModel(format));
    }

    /**
     * A text-to-image model in the way of the recorded {@code sd_png} that costs next to nothing, for load.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static ModelEndpoint noise(String name) {
        return image(name, PictureFormat.PNG, new NoiseModel());
    }

    private static ModelEndpoint image(String name, PictureFormat format, Model model) {
        boolean png = format == PictureFormat.PNG;
        int smallest = png ? 64 : 512;
        List<Parameter> inputs = new ArrayList<>();
        inputs.add(named("prompt", "string").with("default", "").with("required", true));
        inputs.add(named("provide_progress_images", "string").with("default", "None"));
        inputs.add(named("negative_prompt", "string").with("default", ""));
        inputs.add(samples(10));
        inputs.add(named("seed", "integer").with("default", -1));
        inputs.add(size("height", smallest, 64, 768));
        inputs.add(size("width", smallest, 64, 768));
        inputs.add(steps("base_steps", 40));
        inputs.add(steps("refine_steps", 40));
        inputs.add(named("scale", "float")
                .with("minimum", 1.0)
                .with("maximum", 10.0)
                .with("default", 6.0));
        inputs.add(named("base_sampler", "selection")
                .with("default", SAMPLERS.get(0))
                .with("supported", SAMPLERS)
                .with("auto_convert", true));
        return new ModelEndpoint(
                name,
                name.equals("stable_diffusion_xl_txt2img") ? "Stable Diffusion XL Txt2img" : name,
                name.equals("stable_diffusion_xl_txt2img")
                        ? "Stable Diffusion XL Text to image example API"
                        : name + " (simulated text to image)",
                0,
                "image",
                jobType(name),
                "prompt",
                inputs,
                List.of(
                        images("images", format),
                        named("seed", "integer"),
                        named("prompt", "string"),
                        named("error", "string")),
                png
                        ? List.of(images("progress_images", format), named("progress_message", "string"))
                        : List.of(images("progress_images", format)),
                model);
    }

    /**
     * An image model that also takes an {@code image}, in the way of the recorded {@code stable_diffusion_3_5}.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static ModelEndpoint imageToImage(String name) {
        List<Parameter> inputs = List.of(
                named("prompt", "string").with("default", "").with("required", true),
                named("provide_progress_images", "selection")
                        .with("default", "none")
                        .with("supported", List.of("none", "latent", "decoded")),
                named("negative_prompt", "string").with("default", ""),
                samples(30),
                named("seed", "integer").with("default", -1),
                size("height", 16, 16, 512),
                size("width", 16, 16, 512),
                steps("steps", 28),
                named("cfg_scale", "float").with("default", 5.0),
                named("denoise", "float")
                        .with("default", 0.6)
                        .with("minimum", 0.0)
                        .with("maximum", 1.0),
                named("image", "image").with("resize_method", "scale"));
        PictureFormat format = PictureFormat.JPEG;
        return new ModelEndpoint(
                name,
                name.equals("stable_diffusion_3_5") ? "Stable Diffusion 3.5" : name,
                name.equals("stable_diffusion_3_5")
                        ? "Stable Diffusion 3.5 example API"
                        : name + " (simulated image to image)",
                0,
                "image",
                jobType(name),
                "prompt",
                inputs,
                List.of(
                        images("images", format),
                        named("seed", "integer"),
                        named("prompt", "string"),
                        named("error", "string"),
                        named("model_name", "string")),
                List.of(images("progress_images", format), named("progress_message", "string")),
                new ImageModel(format));
    }

    /**
     * A model that draws over an {@code image}, in the way of {@code stable_diffusion_xl_img2img}: the image and a
     * {@code text} are required, a {@code prompt} is optional and says nothing.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static ModelEndpoint imageToImageWithText(String name) {
        PictureFormat format = PictureFormat.JPEG;
        List<Parameter> inputs = List.of(
                named("prompt", "string").with("default", "").with("required", false),
                named("text", "string").with("required", true),
                named("image", "image").with("required", true),
                named("provide_progress_images", "string").with("default", "None"),
                named("negative_prompt", "string").with("default", ""),
                samples(10),
                named("seed", "integer").with("default", -1),
                size("height", 512, 64, 768),
                size("width", 512, 64, 768),
                steps("base_steps", 40),
                steps("refine_steps", 40),
                named("img2img_strength", "float")
                        .with("minimum", 0.0)
                        .with("maximum", 1.0)
                        .with("default", 0.15));
        boolean known = name.equals("stable_diffusion_xl_img2img");
        return new ModelEndpoint(
                name,
                known ? "Stable Diffusion XL Img2img" : name,
                known ? "Stable Diffusion XL Image to image example API" : name + " (simulated image to image)",
                0,
                "image",
                jobType(name),
                "text",
                inputs,
                List.of(
                        images("images", format),
                        named("seed", "integer"),
                        named("prompt", "string"),
                        named("error", "string")),
                List.of(images("progress_images", format)),
                new ImageModel(format));
    }

    /**
     * A text-to-speech model.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static ModelEndpoint speech(String name) {
        return new ModelEndpoint(
                name,
                name,
                name + " (simulated text to speech)",
                0,
                "audio",
                jobType(name),
                "text",
                List.of(
                        named("text", "string").with("required", true),
                        named("language", "selection").with("default", "eng").with("supported", List.of("eng")),
                        named("voice", "selection")
                                .with("default", "emma")
                                .with("supported", List.of("emma", "angie", "daniel")),
                        named("preset", "selection")
                                .with("default", "ultra_fast")
                                .with("supported", List.of("ultra_fast", "fast", "standard", "high_quality"))),
                List.of(named("audio_output", "audio").with("format", "wav"), named("error", "string")),
                List.of(named("progress_message", "string")),
                new SpeechModel());
    }

    private static Parameter samples(int most) {
        return named("num_samples", "integer")
                .with("minimum", 1)
                .with("maximum", most)
                .with("default", 1);
    }

    private static Parameter size(String name, int smallest, int align, int usual) {
        return named(name, "integer")
                .with("minimum", smallest)
                .with("maximum", 2048)
                .with("align", align)
                .with("default", usual)
                .with("auto_convert", true);
    }

    private static Parameter steps(String name, int usual) {
        return named(name, "integer").with("minimum", 1).with("maximum", 64).with("default", usual);
    }

    private static Parameter images(String name, PictureFormat format) {
        return named(name, "image_list").with("format", format.name()).with("color_space", "RGB");
    }

    static String jobType(String name) {
        return name.endsWith("_chat") ? name.substring(0, name.length() - "_chat".length()) : name;
    }
}
