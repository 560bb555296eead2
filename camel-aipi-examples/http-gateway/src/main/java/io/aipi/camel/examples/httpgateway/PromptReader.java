/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.examples.httpgateway.GatewayController.Prompt;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.server.ResponseStatusException;

/** Reads the bodies of requests. What is wrong with them is told as {@link ResponseStatusException}. */
@Component
final class PromptReader {

    /** The parameter of a picture where the model's own name for it is not known. */
    private static final String IMAGE = "image";

    private static final Pattern CONVERSATION = Pattern.compile("[-_A-Za-z0-9]{1,64}");

    private final ObjectMapper json;
    private final int mostBytes;

    PromptReader(ObjectMapper json, @Value("${gateway.max-body-size}") DataSize mostBytes) {
        this.json = json;
        this.mostBytes = Math.toIntExact(mostBytes.toBytes());
    }

    Prompt read(MediaType type, InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(mostBytes + 1);
        if (bytes.length > mostBytes) {
            throw new ResponseStatusException(HttpStatus.PAYLOAD_TOO_LARGE, "At most " + mostBytes + " bytes");
        }
        if (MediaType.APPLICATION_JSON.isCompatibleWith(type)) {
            return read(bytes);
        }
        Charset charset = type.getCharset() == null ? StandardCharsets.UTF_8 : type.getCharset();
        String text = new String(bytes, charset);
        if (text.isBlank()) {
            throw bad("The prompt is empty");
        }
        return new Prompt(text, null, null, null);
    }

    private Prompt read(byte[] bytes) throws IOException {
        Prompt read = null;
        try {
            read = json.readValue(bytes, Prompt.class);
        } catch (JsonProcessingException e) {
            // as without either
        }
        if (read == null || (read.prompt() == null && read.parameters() == null && read.image() == null)) {
            throw bad("A JSON body must be an object with the string \"prompt\", the object \"parameters\" or both;"
                    + " it may have the strings \"image\" and \"conversation\"");
        }
        if (read.conversation() != null
                && !CONVERSATION.matcher(read.conversation()).matches()) {
            throw bad("The name of a conversation has 1 to 64 letters, digits, - and _");
        }
        return read;
    }

    /** With its picture, if there is one, for whichever parameter the model takes it in. */
    AipiRequest request(Prompt prompt) {
        Map<String, Object> parameters =
                new LinkedHashMap<>(prompt.parameters() == null ? Map.of() : prompt.parameters());
        if (prompt.image() != null) {
            parameters.put(IMAGE, image(prompt.image()));
        }
        return new AipiRequest(prompt.prompt(), parameters);
    }

    private static Media image(String dataUri) {
        try {
            byte[] bytes = Base64.getDecoder().decode(dataUri.substring(dataUri.indexOf(',') + 1));
            return Media.recognise(bytes).filter(Media::isImage).orElseThrow(PromptReader::noImage);
        } catch (IllegalArgumentException e) {
            throw noImage();
        }
    }

    private static ResponseStatusException noImage() {
        return bad("The image must be a picture as a data URI: data:image/png;base64,...");
    }

    private static ResponseStatusException bad(String reason) {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, reason);
    }
}
