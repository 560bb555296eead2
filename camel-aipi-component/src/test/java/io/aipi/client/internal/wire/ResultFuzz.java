/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.ResultReader;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;

/** The reading of results: by bytes and by characters, there and back, without keys. */
public final class ResultFuzz {

    private ResultFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        Map<String, Object> read;
        try {
            read = ResponseParser.read(new TransportResponse(200, null, null, null, input, input.length), true);
        } catch (IOException notJson) {
            return;
        }
        checkNames(read);
        checkSameByCharacters(input, read);
        JobResult result = ResponseMapper.result("chat", "JID1", read);
        ResponseMapper.workerError(read);
        result.media().forEach(ResultFuzz::checkMedia);
        if (isFinite(read)) {
            JobResult again = ResultReader.read("chat", "JID1", result.toJson());
            if (!again.fields().equals(result.fields())) {
                throw new AssertionError("was " + result.fields() + ", came back as " + again.fields());
            }
        }
    }

    private static void checkNames(Object value) {
        if (value instanceof Map<?, ?> object) {
            if (!Collections.disjoint(object.keySet(), ResponseParser.SECRET_FIELDS)) {
                throw new AssertionError("a key was read: " + object.keySet());
            }
            object.values().forEach(ResultFuzz::checkNames);
        } else if (value instanceof Collection<?> list) {
            list.forEach(ResultFuzz::checkNames);
        }
    }

    /** The parser of texts and our own reading of strings as they stand in the bytes come to the same. */
    private static void checkSameByCharacters(byte[] input, Map<String, Object> read) {
        for (int i = 0; i < Math.min(4, input.length); i++) {
            if (input[i] <= 0) {
                // with a byte order mark, or in UTF-16 or UTF-32
                return;
            }
        }
        Map<String, Object> byCharacters;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(input))
                    .toString();
            byCharacters = ResponseParser.read(text);
        } catch (CharacterCodingException notUtf8) {
            return;
        } catch (IOException refused) {
            throw new AssertionError("refused as a text only", refused);
        }
        if (!byCharacters.equals(read)) {
            throw new AssertionError("as bytes " + read + ", as a text " + byCharacters);
        }
    }

    private static void checkMedia(Media media) {
        if (!media.mediaType().matches("[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")) {
            throw new AssertionError("no media type: " + media.mediaType());
        }
        if (media.fileExtension().isEmpty()) {
            throw new AssertionError("no extension for " + media);
        }
    }

    /** JSON has no other numbers: they become words in it. */
    private static boolean isFinite(Object value) {
        if (value instanceof Map<?, ?> object) {
            return object.values().stream().allMatch(ResultFuzz::isFinite);
        }
        if (value instanceof Collection<?> list) {
            return list.stream().allMatch(ResultFuzz::isFinite);
        }
        return !(value instanceof Double number) || Double.isFinite(number);
    }
}
