/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.security;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.stereotype.Component;

/**
 * Bounds how many sessions there are. A login by an OpenID provider begins one before anybody knows who it is, so that whoever
 * reaches the gateway can begin any number. Where there are too many, one of those ends in which nobody has logged in; else the
 * one that was not used for the longest time.
 */
@Component
final class Sessions implements HttpSessionListener {

    private static final String USER = HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY;

    private final int most;

    /** Those that there are, the oldest first; guarded by itself. */
    private final Set<HttpSession> sessions = new LinkedHashSet<>();

    Sessions(@Value("${gateway.max-sessions}") int most) {
        if (most < 1) {
            throw new IllegalArgumentException("gateway.max-sessions must be at least 1");
        }
        this.most = most;
    }

    @Override
    public void sessionCreated(HttpSessionEvent created) {
        HttpSession surplus = null;
        synchronized (sessions) {
            if (sessions.size() >= most) {
                surplus = surplus();
                sessions.remove(surplus);
            }
            sessions.add(created.getSession());
        }
        if (surplus != null) {
            end(surplus);
        }
    }

    private HttpSession surplus() {
        return sessions.stream()
                .filter(session -> !hasUser(session))
                .findFirst()
                .orElseGet(() -> sessions.stream()
                        .min(Comparator.comparingLong(Sessions::lastUse))
                        .orElseThrow());
    }

    private static boolean hasUser(HttpSession session) {
        try {
            return session.getAttribute(USER) != null;
        } catch (IllegalStateException ended) {
            return false;
        }
    }

    private static long lastUse(HttpSession session) {
        try {
            return session.getLastAccessedTime();
        } catch (IllegalStateException ended) {
            return Long.MIN_VALUE;
        }
    }

    private static void end(HttpSession session) {
        try {
            session.invalidate();
        } catch (IllegalStateException ended) {
            // meanwhile by itself
        }
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent destroyed) {
        synchronized (sessions) {
            sessions.remove(destroyed.getSession());
        }
    }
}
