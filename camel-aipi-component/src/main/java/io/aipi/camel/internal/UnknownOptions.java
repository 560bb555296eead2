/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Says what somebody may have meant who gave an endpoint options that it does not have. */
public final class UnknownOptions {

    private UnknownOptions() {}

    /**
     * A message with the names of the unknown options and, for each, the option or the parameter it may stand for. Values
     * are left out: one of them may be a key.
     *
     * @param unknown names of options, at least one
     * @param known names of the options there are
     */
    public static String explain(Collection<String> unknown, Collection<String> known) {
        return new TreeSet<>(unknown)
                .stream()
                        .map(name -> "aipi: endpoints have no option " + name
                                + nearest(name, known)
                                        .map(option -> "; did you mean " + option + "?")
                                        .orElse("; if it is a parameter of the request it is param." + name + "."))
                        .collect(Collectors.joining(" "));
    }

    private static Optional<String> nearest(String name, Collection<String> known) {
        String letters = letters(name);
        // a typing error in a third of the letters is another word
        int furthest = Math.min(2, letters.length() / 3);
        return known.stream()
                .filter(option -> distance(letters, letters(option)) <= furthest)
                .min(Comparator.comparingInt((String option) -> distance(letters, letters(option)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Without what differs between api-key, API_KEY and apiKey. */
    private static String letters(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
    }

    /** How many letters have to be put in, taken out or changed to make one of the other. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
