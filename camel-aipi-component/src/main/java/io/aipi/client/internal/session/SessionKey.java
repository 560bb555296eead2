/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.session;

/** One session key, and whether the server still knows it as far as this process has been told. Compared by identity. */
public final class SessionKey {

    private final Session session;
    private final String value;
    private volatile boolean lost;
    private volatile boolean accepted;

    SessionKey(Session session, String value) {
        this.session = session;
        this.value = value;
    }

    /** What goes to the server. A secret. */
    public String value() {
        return value;
    }

    /** The session that logged in. */
    public Session session() {
        return session;
    }

    /** Whether the server has said that it does not know the key. */
    public boolean isLost() {
        return lost;
    }

    /** Whether the server has taken the key for a call. */
    boolean isAccepted() {
        return accepted;
    }

    void markAccepted() {
        accepted = true;
    }

    void markLost() {
        lost = true;
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return lost ? "SessionKey[lost]" : "SessionKey[]";
    }
}
