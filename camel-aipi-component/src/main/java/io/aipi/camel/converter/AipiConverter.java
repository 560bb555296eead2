/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.converter;

import io.aipi.camel.chat.TextStream;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.Converter;
import org.apache.camel.spi.AggregationRepository;

/** Converters of the client's values, found by Camel. */
@Converter(generateLoader = true)
public final class AipiConverter {

    private AipiConverter() {}

    /** The text, or JSON of the whole where there is none. */
    @Converter
    public static String toString(JobResult result) {
        return result.text() != null ? result.text() : result.toJson();
    }

    /**
     * The file, or the text in UTF-8 where there is none.
     *
     * @throws IllegalArgumentException if there are several files: one of them is not the result
     */
    @Converter
    public static byte[] toBytes(JobResult result) {
        return switch (result.media().size()) {
            case 0 -> toString(result).getBytes(StandardCharsets.UTF_8);
            case 1 -> result.media().get(0).bytes();
            default ->
                throw new IllegalArgumentException(
                        "The result has " + result.media().size()
                                + " files, which are not one stream of bytes. Split them first: split(simple("
                                + "\"${exchangeProperty.CamelAipiResult.media}\")), or split(body()) with outputType=images");
        };
    }

    /** The text in UTF-8, as it comes. */
    @Converter
    public static InputStream toInputStream(TextStream text) {
        return new TextInputStream(text);
    }

    /** The files, each as its bytes, or the text alone where there is none. */
    @Converter
    public static List<?> toList(JobResult result) {
        return result.media().isEmpty()
                ? List.of(toString(result))
                : result.media().stream().map(Media::bytes).toList();
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

    /** For the option {@code jobRepository}, which takes one of Camel's repositories, too. */
    @Converter
    public static JobRepository toJobRepository(AggregationRepository repository) {
        return new AggregationJobRepository(repository);
    }
}
