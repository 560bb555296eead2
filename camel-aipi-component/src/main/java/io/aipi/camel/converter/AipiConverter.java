/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.converter;

import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.Media;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Converter;

/** Converters of the client's values, found by Camel. */
@Converter(generateLoader = true)
public final class AipiConverter {

    private AipiConverter() {}

    /** The text, or JSON of the whole where there is none. */
    @Converter
    public static String toString(JobResult result) {
        return result.text() != null ? result.text() : result.toJson();
    }

    /** The first file, or the text in UTF-8 where there is none. */
    @Converter
    public static byte[] toBytes(JobResult result) {
        return result.media().isEmpty()
                ? toString(result).getBytes(StandardCharsets.UTF_8)
                : result.media().get(0).bytes();
    }

    /** As {@link #toBytes(JobResult)}. */
    @Converter
    public static InputStream toStream(JobResult result) {
        return new ByteArrayInputStream(toBytes(result));
    }

    /** The content. */
    @Converter
    public static byte[] toBytes(Media media) {
        return media.bytes();
    }

    /** The content. */
    @Converter
    public static InputStream toStream(Media media) {
        return media.openStream();
    }

    /** JSON with what is known of the job, without previews. */
    @Converter
    public static String toString(JobProgress progress) {
        return progress.toJson();
    }
}
