/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

/**
 * A text and its words, which single spaces part. A word is a token.
 *
 * @param text the whole text
 * @param count how many words it has; an empty text has none
 */
record Words(String text, int count) {

    private static final String[] FILLERS = {"and", "more", "words", "follow,", "as", "they", "do,"};

    static Words of(String text) {
        int spaces = (int) text.chars().filter(c -> c == ' ').count();
        return new Words(text, text.isEmpty() ? 0 : spaces + 1);
    }

    String first(int words) {
        if (words >= count) {
            return text;
        }
        int end = -1;
        for (int word = 0; word < words; word++) {
            end = text.indexOf(' ', end + 1);
        }
        return text.substring(0, Math.max(0, end));
    }

    Words resized(int words) {
        StringBuilder longer = new StringBuilder(first(words));
        for (int word = count; word < words; word++) {
            longer.append(' ').append(FILLERS[(word - count) % FILLERS.length]);
        }
        return new Words(longer.toString(), words);
    }
}
