/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.session;

import io.aipi.client.model.Acceptance;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * A job as this process knows it: its id, the session that it belongs to, and who follows it here.
 *
 * <p>Some servers number their jobs and begin anew with each start ({@code JID1}). Such an id means the same job for as
 * long as the server knows the session that the job belongs to, and no longer.
 */
public final class AcceptedJob implements Acceptance {

    /** With one of these in it, an id is not given twice. */
    private static final Pattern UUID =
            Pattern.compile("\\p{XDigit}{8}-?\\p{XDigit}{4}-?\\p{XDigit}{4}-?\\p{XDigit}{4}-?\\p{XDigit}{12}");

    private final String id;
    private final boolean unique;
    private final AtomicReference<SessionKey> session;
    private final Set<Runnable> followers = ConcurrentHashMap.newKeySet();
    private volatile boolean replaced;
    private volatile Times times;

    /**
     * When the server has accepted the job, by the clock of this process.
     *
     * @param submitted when the job was handed over for submitting
     * @param accepted when the acceptance was read
     */
    public record Times(long submitted, long accepted) {}

    /** {@code session}: the one that the job was accepted under; null if it is not known, or there is none. */
    AcceptedJob(String id, SessionKey session) {
        this.id = id;
        this.unique = id != null && UUID.matcher(id).find();
        this.session = new AtomicReference<>(session);
    }

    public String id() {
        return id;
    }

    /** Whether no other job of the server can have the same id, not even after a restart. */
    public boolean isUnique() {
        return unique;
    }

    /** The session that it belongs to; null if that is not known yet. */
    public SessionKey session() {
        return session.get();
    }

    /** From here on it belongs to this session, if it belongs to none yet. */
    public SessionKey belongTo(SessionKey key) {
        return session.compareAndSet(null, key) ? key : session.get();
    }

    /** When it was accepted; null for a job that this process has not submitted. */
    public Times times() {
        return times;
    }

    /** It was accepted now. */
    public void acceptedAt(Times when) {
        times = when;
    }

    /** Whether the server has given its id to a later job, or has lost the session that the id belongs to. */
    boolean isGone() {
        SessionKey key = session.get();
        return replaced || (!unique && key != null && key.isLost());
    }

    /** {@code end} is called when the server gives the id to a later job; at once, if it has done so. */
    void followed(Runnable end) {
        followers.add(end);
        if (replaced) {
            end.run();
        }
    }

    /** Whether it is followed by nobody else here. */
    boolean left(Runnable end) {
        followers.remove(end);
        return followers.isEmpty();
    }

    boolean isFollowed() {
        return !followers.isEmpty();
    }

    /** The server has given the id to a later job. Ends the followers before it returns. */
    void replace() {
        replaced = true;
        followers.forEach(Runnable::run);
    }

    @Override
    public String toString() {
        return "AcceptedJob[" + id + "]";
    }
}
