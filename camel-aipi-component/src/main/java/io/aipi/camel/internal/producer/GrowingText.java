/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.chat.TextStream;
import io.aipi.client.TextDeltas;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ProtocolViolationException;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A text that one side makes grow and the other one reads.
 *
 * <p>Invariant: what is read, joined, is always a beginning of a text that the server has shown, and at the end the text of the
 * result. A text in between that does not go on from what was read already is left out; only the last one counts.
 */
final class GrowingText implements TextStream {

    private final ErrorContext context;
    private final Runnable giveUp;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // all guarded by the lock
    private final StringBuilder unread = new StringBuilder();
    private String told = "";
    private boolean ended;
    private boolean closed;
    private RuntimeException failure;
    private Runnable onEnd;

    /** {@code giveUp} is run at most once, when the reader closes the text before its end. */
    GrowingText(ErrorContext context, Runnable giveUp) {
        this.context = context;
        this.giveUp = giveUp;
    }

    // ---- the side that makes it grow

    /** The server shows this text, or null for none. True if there is more to read than before. */
    boolean grow(String text) {
        lock.lock();
        try {
            return text != null && !ended && append(TextDeltas.settled(text));
        } finally {
            lock.unlock();
        }
    }

    private boolean append(String text) {
        if (text.length() <= told.length() || !text.startsWith(told)) {
            return false;
        }
        unread.append(text, told.length(), text.length());
        told = text;
        changed.signalAll();
        return true;
    }

    /**
     * The whole text, null for none.
     *
     * @param end run by the reader when he has come to the end
     * @param reason what he is told then, null for nothing
     */
    void end(String text, Runnable end, RuntimeException reason) {
        lock.lock();
        try {
            String whole = text == null ? "" : text;
            onEnd = end;
            failure = reason;
            if (!append(whole) && !whole.equals(told)) {
                failure = new ProtocolViolationException(
                        "The text of the result does not go on from the text that the server has shown before, which is read"
                                + " already. The exchange property CamelAipiResult has the whole of it",
                        context,
                        null);
            }
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The job has failed. */
    void fail(RuntimeException reason) {
        lock.lock();
        try {
            failure = reason;
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- the side that reads

    @Override
    public boolean hasNext() {
        Runnable atEnd;
        RuntimeException reason;
        lock.lock();
        try {
            while (unread.isEmpty() && !ended && !closed) {
                changed.await();
            }
            if (closed) {
                return false;
            }
            if (!unread.isEmpty()) {
                return true;
            }
            atEnd = onEnd;
            onEnd = null;
            reason = failure;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientClosedException("The reader of the text was interrupted", context);
        } finally {
            lock.unlock();
        }
        if (atEnd != null) {
            atEnd.run();
        }
        if (reason != null) {
            throw reason;
        }
        return false;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        lock.lock();
        try {
            String delta = unread.toString();
            unread.setLength(0);
            return delta;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        boolean isGivenUp;
        lock.lock();
        try {
            isGivenUp = !closed && !ended;
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (isGivenUp) {
            giveUp.run();
        }
    }

    /** Without the text. */
    @Override
    public String toString() {
        return "TextStream[" + context.endpoint() + "]";
    }
}
