/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.stream.IntStream;

/**
 * Large bytes, in rows of a chunk each. They are written from the array that is there, and read into one of the final length:
 * no more than some chunks of them are in memory twice.
 */
final class JobParts {

    /** Length of a chunk, the most that H2 has in such a column. */
    static final int CHUNK = 1024 * 1024;

    /** How many chunks are read by one query. */
    static final int CHUNKS_AT_ONCE = 8;

    /** The place of what is in headers and body. */
    static final String REQUEST = "REQUEST";

    /** The place of what is in a result. */
    static final String OUTCOME = "OUTCOME";

    /** Bytes in a place. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Part(String place, int number, byte[] bytes) {

        boolean isInOneChunk() {
            return bytes.length <= CHUNK;
        }
    }

    private final Dialect dialect;
    private final Sql sql;

    JobParts(Dialect dialect, Sql sql) {
        this.dialect = dialect;
        this.sql = sql;
    }

    /** Bytes in a place, by their numbers. */
    static List<Part> of(String place, List<byte[]> bytes) {
        return IntStream.range(0, bytes.size())
                .mapToObj(number -> new Part(place, number, bytes.get(number)))
                .toList();
    }

    /** Adds parts of one job. */
    void insert(Connection connection, String key, List<Part> parts) throws SQLException {
        insert(connection, Map.of(key, parts));
    }

    /** Adds parts of jobs whose rows are there, by their keys. */
    void insert(Connection connection, Map<String, List<Part>> jobs) throws SQLException {
        int batched = 0;
        try (PreparedStatement statement = connection.prepareStatement(sql.insertPart)) {
            for (Map.Entry<String, List<Part>> job : jobs.entrySet()) {
                for (Part part : job.getValue()) {
                    if (part.isInOneChunk()) {
                        bind(statement, job.getKey(), part, 0, part.bytes());
                        statement.addBatch();
                        batched++;
                    }
                }
            }
            if (batched > 0) {
                statement.executeBatch();
            }
        }
        for (Map.Entry<String, List<Part>> job : jobs.entrySet()) {
            for (Part part : job.getValue()) {
                if (!part.isInOneChunk()) {
                    insertInChunks(connection, job.getKey(), part);
                }
            }
        }
    }

    private void insertInChunks(Connection connection, String key, Part part) throws SQLException {
        byte[] bytes = part.bytes();
        try (PreparedStatement statement = connection.prepareStatement(sql.insertPart)) {
            int chunk = 0;
            for (int begin = 0; begin < bytes.length; begin += CHUNK) {
                int end = (int) Math.min(bytes.length, (long) begin + CHUNK);
                bind(statement, key, part, chunk++, Arrays.copyOfRange(bytes, begin, end));
                statement.executeUpdate();
                if (end == bytes.length) {
                    return;
                }
            }
        }
    }

    private void bind(PreparedStatement statement, String key, Part part, int chunk, byte[] bytes) throws SQLException {
        new Parameters(statement, dialect)
                .text(key)
                .text(part.place())
                .number(part.number())
                .number(chunk)
                .bytes(bytes);
    }

    /** Removes what a job has in a place. */
    void delete(Connection connection, String key, String place) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.deleteParts)) {
            new Parameters(statement, dialect).text(key).text(place);
            statement.executeUpdate();
        }
    }

    /**
     * Reads parts into arrays of their lengths.
     *
     * @throws IllegalArgumentException if they are not there
     */
    void fill(Connection connection, String key, String place, NavigableMap<Integer, byte[]> arrays)
            throws SQLException {
        long missing = arrays.values().stream().mapToLong(array -> array.length).sum();
        try (PreparedStatement statement = connection.prepareStatement(sql.someChunks)) {
            for (Integer part = arrays.firstKey(); part != null; ) {
                int last = lastReadWith(part, arrays);
                for (int begin = 0; begin < chunks(arrays.get(part)); begin += CHUNKS_AT_ONCE) {
                    new Parameters(statement, dialect)
                            .text(key)
                            .text(place)
                            .number(part)
                            .number(last)
                            .number(begin)
                            .number(begin + CHUNKS_AT_ONCE - 1);
                    missing -= copy(statement, arrays);
                }
                part = arrays.higherKey(last);
            }
        }
        if (missing > 0) {
            throw new IllegalArgumentException(missing + " bytes of the job are not there: " + key);
        }
    }

    private static int chunks(byte[] array) {
        return array == null || array.length == 0 ? 0 : (array.length - 1) / CHUNK + 1;
    }

    /** Parts of one chunk that follow each other are read together. */
    private static int lastReadWith(int part, NavigableMap<Integer, byte[]> arrays) {
        int last = part;
        while (last - part + 1 < CHUNKS_AT_ONCE && chunks(arrays.get(last)) == 1 && chunks(arrays.get(last + 1)) == 1) {
            last++;
        }
        return last;
    }

    private static long copy(PreparedStatement statement, NavigableMap<Integer, byte[]> arrays) throws SQLException {
        long copied = 0;
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                byte[] chunk = row.getBytes("bytes");
                System.arraycopy(chunk, 0, arrays.get(row.getInt("part")), row.getInt("chunk") * CHUNK, chunk.length);
                copied += chunk.length;
            }
        }
        return copied;
    }
}
