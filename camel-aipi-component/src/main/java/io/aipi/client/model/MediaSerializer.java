/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.aipi.client.internal.util.RequestBytes;
import java.io.IOException;

/** Media in JSON are data URIs. Into a request they are written without a text being made of them: pictures are large. */
final class MediaSerializer extends StdSerializer<Media> {

    private static final long serialVersionUID = 1L;

    MediaSerializer() {
        super(Media.class);
    }

    @Override
    public void serialize(Media media, JsonGenerator generator, SerializerProvider provider) throws IOException {
        if (generator.getOutputTarget() instanceof RequestBytes request) {
            String prefix = "data:" + media.mediaType() + ";base64,";
            generator.writeRawValue(
                    '"' + new String(JsonStringEncoder.getInstance().quoteAsString(prefix)));
            // what the generator still holds comes before the file
            generator.flush();
            request.writeBase64(media.bytes());
            generator.writeRaw('"');
        } else {
            generator.writeString(media.toDataUri());
        }
    }
}
