/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** Responses with a result. */
final class Pages {

    /** A result that is neither a text nor a file: files as data URIs. */
    record Answer(String text, List<String> media) {}

    private Pages() {}

    /** A text, or a file, or else JSON. Each has its type, whatever is accepted: it has been computed. */
    static ResponseEntity<Object> answer(JobResult result) {
        if (result.media().size() == 1 && result.text() == null) {
            ResponseEntity<byte[]> file = file(result.media().get(0));
            return new ResponseEntity<>(file.getBody(), file.getHeaders(), file.getStatusCode());
        }
        if (result.media().isEmpty() && result.text() != null) {
            return ResponseEntity.ok()
                    .contentType(new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8))
                    .body(result.text());
        }
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(new Answer(
                        result.text(),
                        result.media().stream().map(Media::toDataUri).toList()));
    }

    /**
     * Of a type that the file's content shows. What the server calls other files is not believed: as SVG or HTML they would
     * be programs, which a browser runs as this gateway's.
     */
    static ResponseEntity<byte[]> file(Media media) {
        return ResponseEntity.ok()
                .contentType(
                        "bin".equals(media.fileExtension())
                                ? MediaType.APPLICATION_OCTET_STREAM
                                : MediaType.parseMediaType(media.mediaType()))
                .body(media.bytes());
    }
}
