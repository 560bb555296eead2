/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.aipi.client.internal.util.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * An image, a sound or another file that goes to the server or came from it, decoded.
 *
 * <p>Immutable by agreement: {@link #bytes()} is not copied, since pictures are large.
 *
 * @param name name of the parameter or result field it stands in; null for none
 * @param mediaType for example {@code image/png}. For a result it is found from the bytes where they are of a known
 *     kind, else it is what the server declared, if that can be; {@code application/octet-stream} when neither says
 * @param bytes the content, decoded
 */
@JsonSerialize(using = MediaSerializer.class)
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and toString below compare the content
public record Media(String name, String mediaType, byte[] bytes) {

    /** Content whose type is found from its bytes. */
    public static Media of(byte[] bytes) {
        return new Media(null, MediaTypes.detect(bytes).orElse(MediaTypes.UNKNOWN), bytes);
    }

    /** The content as an image, a sound or another file, if its bytes are of a known kind; empty for text, say. */
    public static Optional<Media> recognise(byte[] bytes) {
        return MediaTypes.detect(bytes).map(type -> new Media(null, type, bytes));
    }

    /** True for {@code image/...}. */
    public boolean isImage() {
        return mediaType.startsWith("image/");
    }

    /** A new stream over the content. */
    public InputStream openStream() {
        return new ByteArrayInputStream(bytes);
    }

    /** {@code data:<type>;base64,<content>}: the only form of an image that the server takes without harm. */
    public String toDataUri() {
        return "data:" + mediaType + ";base64," + Base64.getEncoder().encodeToString(bytes);
    }

    /** The usual file name extension of the media type, without a dot: {@code png}, {@code jpg}, {@code wav}, {@code bin}. */
    public String fileExtension() {
        return MediaTypes.extension(mediaType);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Media that
                && java.util.Objects.equals(name, that.name)
                && mediaType.equals(that.mediaType)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Media[" + (name == null ? "" : name + ": ") + mediaType + ", " + bytes.length + " bytes]";
    }
}
