/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.options;

/**
 * Who logs in. Both parts may be null: some servers are open.
 *
 * <p>Line ends and blanks around them are dropped, as files and consoles add them; what is blank counts as null.
 *
 * @param user the user's name; servers of the 0.9 line ignore it
 * @param apiKey the API key, a secret
 */
public record Credentials(String user, String apiKey) {

    /** No credentials, for an open server. */
    public static final Credentials NONE = new Credentials(null, null);

    /**
     * Drops what is around them.
     *
     * @throws IllegalArgumentException for a control character inside; it names the option, not its value
     */
    public Credentials {
        user = stripped("user", user);
        apiKey = stripped("apiKey", apiKey);
    }

    private static String stripped(String option, String value) {
        String stripped = value == null ? "" : value.strip();
        if (stripped.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    option + " has a control character in it, such as a line end or a tab: check where it comes from");
        }
        return stripped.isEmpty() ? null : stripped;
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "Credentials[apiKey=" + (apiKey == null ? "none" : "xxxxxx") + "]";
    }
}
