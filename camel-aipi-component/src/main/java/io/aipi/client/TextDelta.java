/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

/**
 * How the text of a job has grown.
 *
 * @param text what is new; of a {@link #isReset} all of the text so far
 * @param isReset whether the server's text did not go on from what was told before: it begins anew, with this
 */
public record TextDelta(String text, boolean isReset) {

    /** Without the text, which may be confidential. */
    @Override
    public String toString() {
        return "TextDelta[" + text.length() + " characters" + (isReset ? ", anew" : "") + "]";
    }
}
