/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.time.chrono.HijrahDate;
import java.time.chrono.JapaneseDate;
import java.time.chrono.MinguoDate;
import java.time.chrono.ThaiBuddhistDate;
import java.time.temporal.ChronoField;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Values for which JSON has no form of their own: a tag that tells the type, and a text. */
@SuppressWarnings("JavaUtilDate") // messages may have them
final class TypedValues {

    /** Begins the names of tags. */
    static final String TAG = "@";

    private record Type<T>(Function<T, String> write, Function<String, T> read) {

        @SuppressWarnings("unchecked") // it is registered under its class
        String writeAny(Object value) {
            return write.apply((T) value);
        }
    }

    private static final Map<String, Type<?>> TYPES = new HashMap<>();

    static {
        add(Long.class, Long::valueOf);
        add(Short.class, Short::valueOf);
        add(Byte.class, Byte::valueOf);
        add(Float.class, Float::valueOf);
        // those that JSON has no number for
        add(Double.class, Double::valueOf);
        add(BigInteger.class, BigInteger::new);
        add(BigDecimal.class, BigDecimal::new);
        add(AtomicInteger.class, text -> new AtomicInteger(Integer.parseInt(text)));
        add(AtomicLong.class, text -> new AtomicLong(Long.parseLong(text)));
        add(LongAdder.class, TypedValues::longAdder);
        add(DoubleAdder.class, TypedValues::doubleAdder);
        add(Character.class, value -> Integer.toString(value), text -> (char) Integer.parseInt(text));
        add(UUID.class, UUID::fromString);

        add(Date.class, value -> Long.toString(value.getTime()), text -> new Date(Long.parseLong(text)));
        add(
                java.sql.Date.class,
                value -> Long.toString(value.getTime()),
                text -> new java.sql.Date(Long.parseLong(text)));
        add(Time.class, value -> Long.toString(value.getTime()), text -> new Time(Long.parseLong(text)));
        add(Timestamp.class, value -> value.toInstant().toString(), text -> Timestamp.from(Instant.parse(text)));

        add(Instant.class, Instant::parse);
        add(LocalDate.class, LocalDate::parse);
        add(LocalTime.class, LocalTime::parse);
        add(LocalDateTime.class, LocalDateTime::parse);
        add(OffsetDateTime.class, OffsetDateTime::parse);
        add(OffsetTime.class, OffsetTime::parse);
        add(ZonedDateTime.class, ZonedDateTime::parse);
        add(Duration.class, Duration::parse);
        add(Period.class, Period::parse);
        // their own texts are not read for all years
        add(Year.class, text -> Year.of(Integer.parseInt(text)));
        add(YearMonth.class, value -> value.atDay(1).toString(), text -> YearMonth.from(LocalDate.parse(text)));
        add(HijrahDate.class, TypedValues::isoDate, text -> HijrahDate.from(LocalDate.parse(text)));
        add(JapaneseDate.class, TypedValues::isoDate, text -> JapaneseDate.from(LocalDate.parse(text)));
        add(MinguoDate.class, TypedValues::isoDate, text -> MinguoDate.from(LocalDate.parse(text)));
        add(ThaiBuddhistDate.class, TypedValues::isoDate, text -> ThaiBuddhistDate.from(LocalDate.parse(text)));
    }

    private TypedValues() {}

    private static <T> void add(Class<T> type, Function<String, T> read) {
        add(type, Object::toString, read);
    }

    private static <T> void add(Class<T> type, Function<T, String> write, Function<String, T> read) {
        TYPES.put(tag(type), new Type<>(write, read));
    }

    private static String tag(Class<?> type) {
        return type == java.sql.Date.class ? TAG + "sql.Date" : TAG + type.getSimpleName();
    }

    private static String isoDate(java.time.chrono.ChronoLocalDate date) {
        return LocalDate.ofEpochDay(date.getLong(ChronoField.EPOCH_DAY)).toString();
    }

    private static LongAdder longAdder(String text) {
        LongAdder adder = new LongAdder();
        adder.add(Long.parseLong(text));
        return adder;
    }

    private static DoubleAdder doubleAdder(String text) {
        DoubleAdder adder = new DoubleAdder();
        adder.add(Double.parseDouble(text));
        return adder;
    }

    /** The tag for values of this class; null if it is none of these. */
    static String tagOf(Object value) {
        Class<?> type = value.getClass();
        String tag = tag(type);
        return type.getName().startsWith("java.") && TYPES.containsKey(tag) ? tag : null;
    }

    /** The value as text. */
    static String write(String tag, Object value) {
        return TYPES.get(tag).writeAny(value);
    }

    /**
     * The value that was written.
     *
     * @throws IllegalArgumentException if there is no such tag
     */
    static Object read(String tag, String text) {
        Type<?> type = TYPES.get(tag);
        if (type == null) {
            throw new IllegalArgumentException("A value of an unknown type: " + tag);
        }
        return type.read().apply(text);
    }
}
