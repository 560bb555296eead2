/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import java.util.Optional;

/**
 * The differences between the texts that a server shows of one job, which grow from poll to poll. From the last reset on they
 * join to the text that the last one was made of. Not thread-safe.
 *
 * <p>The end of a text that still grows is held back where it may change: white space, which a model's last text often lacks,
 * and a character of which only the first part is there (half of a surrogate pair, or the replacement character that a
 * server shows for an incomplete one).
 */
public final class TextDeltas {

    private static final char REPLACEMENT = '\ufffd';

    /** All that was told since the last reset, joined. */
    private String told = "";

    /** Whether others may have told something that is not known here. */
    private boolean isUntold;

    /** Of a job of which nothing was told yet. */
    public TextDeltas() {
        this(false);
    }

    /** {@code isResumed}: whether somebody else may have told of the job before, so that the first delta is a reset. */
    public TextDeltas(boolean isResumed) {
        isUntold = isResumed;
    }

    /** What is new in a text that still grows; empty for nothing. A null text is none. */
    public Optional<TextDelta> next(String text) {
        if (text == null) {
            return Optional.empty();
        }
        String settled = settled(text);
        if (isUntold && settled.isEmpty()) {
            return Optional.empty();
        }
        Optional<TextDelta> delta = last(settled);
        told = settled;
        isUntold = false;
        return delta;
    }

    /**
     * What is new in the job's last text; empty for nothing. A null text is an empty one, unless nothing was told here. Gives the
     * same when asked again.
     */
    public Optional<TextDelta> last(String text) {
        if (isUntold) {
            return Optional.ofNullable(text).map(all -> new TextDelta(all, true));
        }
        String whole = text == null ? "" : text;
        if (whole.equals(told)) {
            return Optional.empty();
        }
        return Optional.of(
                whole.startsWith(told)
                        ? new TextDelta(whole.substring(told.length()), false)
                        : new TextDelta(whole, true));
    }

    /** The text without an end that may change. */
    public static String settled(String text) {
        int end = text.length();
        while (end > 0 && maySettleOtherwise(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    private static boolean maySettleOtherwise(char last) {
        return last == REPLACEMENT || Character.isHighSurrogate(last) || Character.isWhitespace(last);
    }
}
