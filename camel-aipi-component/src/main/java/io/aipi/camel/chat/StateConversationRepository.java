/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.client.model.ChatMessage;
import java.io.File;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.spi.StateRepository;
import org.apache.camel.support.processor.state.FileStateRepository;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Keeps conversations in a {@link StateRepository} of Camel's, such as a file, so that they outlive the process. For one process
 * at a time: a {@code StateRepository} cannot tell two that write at once from each other. It cannot list its keys either, so
 * {@link #purge} forgets what this process has seen only.
 */
public final class StateConversationRepository extends ServiceSupport implements ConversationRepository {

    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9_.-]");

    /** Of each conversation: enough for any context, and a bound for what is written with each message. */
    private static final int MAX_MESSAGES = 1_000;

    private static final long MAX_FILE_SIZE = 50_000_000;

    private final StateRepository<String, String> repository;
    private final Clock clock;
    /** When this process has last appended. Guarded by this. */
    private final Map<String, Instant> seen = new HashMap<>();

    /** {@code repository} is started and stopped with this one. */
    public StateConversationRepository(StateRepository<String, String> repository) {
        this(repository, Clock.systemUTC());
    }

    /** With a clock of its own. */
    public StateConversationRepository(StateRepository<String, String> repository, Clock clock) {
        this.repository = repository;
        this.clock = clock;
    }

    /**
     * Conversations in a file. Camel's repository appends each of their states to it, and writes it anew when it has 50 MB.
     *
     * @param path of the file, which is made if it is not there
     */
    public static StateConversationRepository inFile(String path) {
        FileStateRepository file = FileStateRepository.fileStateRepository(new File(path));
        file.setMaxFileStoreSize(MAX_FILE_SIZE);
        return new StateConversationRepository(file);
    }

    @Override
    protected void doStart() {
        ServiceHelper.startService(repository);
    }

    @Override
    protected void doStop() {
        ServiceHelper.stopService(repository);
    }

    private record Kept(long version, Instant awaitedUntil, List<ChatMessage> messages) {}

    /** A file takes no key with {@code =} or a line end, and its encoding is the machine's. */
    private static String key(String id) {
        return UNSAFE.matcher(id)
                .replaceAll(found -> found.group()
                        .chars()
                        .mapToObj(character -> String.format("%%%04x", character))
                        .collect(Collectors.joining()));
    }

    private Kept read(String id) {
        if (!isStarted()) {
            // Camel's would have nothing, and take what is written for all there is
            throw new IllegalStateException("The repository of conversations is not started");
        }
        String state = repository.getState(key(id));
        if (state == null || state.isEmpty()) {
            return new Kept(0, Instant.EPOCH, List.of());
        }
        try {
            JsonNode json = ChatMessageCodec.JSON.readTree(state);
            return new Kept(
                    json.path("version").asLong(),
                    Instant.ofEpochMilli(json.path("awaitedUntil").asLong()),
                    ChatMessageCodec.decodeAll(json.path("messages").toString()));
        } catch (JsonProcessingException e) {
            // neither its words nor itself: they quote what is confidential
            throw new IllegalStateException("The state of a conversation is no JSON, and cannot be read");
        }
    }

    @Override
    public synchronized Conversation load(String id, int limit) {
        Kept kept = read(id);
        List<ChatMessage> messages = kept.messages();
        return new Conversation(
                messages.subList(Math.max(0, messages.size() - limit), messages.size()),
                kept.version(),
                kept.awaitedUntil().isAfter(clock.instant()));
    }

    @Override
    public synchronized OptionalLong append(String id, long version, List<ChatMessage> messages, Duration awaited) {
        Kept kept = read(id);
        if (kept.version() != version) {
            return OptionalLong.empty();
        }
        Instant now = clock.instant();
        Instant until = awaited == null ? kept.awaitedUntil() : now.plus(awaited);
        List<ChatMessage> all = new ArrayList<>(kept.messages());
        all.addAll(messages);
        ObjectNode state = ChatMessageCodec.JSON
                .createObjectNode()
                .put("version", version + 1)
                .put("awaitedUntil", until.toEpochMilli());
        state.set("messages", ChatMessageCodec.nodes(all.subList(Math.max(0, all.size() - MAX_MESSAGES), all.size())));
        // first: what is written has been seen, if only in part
        seen.put(id, now);
        try {
            repository.setState(key(id), ChatMessageCodec.JSON.writeValueAsString(state));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        return OptionalLong.of(version + 1);
    }

    /** A {@code StateRepository} cannot delete: the state becomes empty. */
    @Override
    public synchronized void delete(String id) {
        repository.setState(key(id), "");
        seen.remove(id);
    }

    @Override
    public synchronized int purge(Duration age) {
        Instant oldest = clock.instant().minus(age);
        List<String> old = seen.entrySet().stream()
                .filter(entry -> entry.getValue().isBefore(oldest))
                .map(Map.Entry::getKey)
                .toList();
        old.forEach(this::delete);
        return old.size();
    }
}
