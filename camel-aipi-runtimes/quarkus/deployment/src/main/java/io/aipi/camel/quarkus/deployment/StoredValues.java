/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The JDK's classes of values that the component keeps of a message in a job repository, which are serialised there.
 *
 * <p>Which kinds of values it keeps is read off the byte code of the method that decides it; what there is of each kind, off
 * the JDK; what is written in a value's place, such as {@code java.time.Ser}, off the value's {@code writeReplace}.
 */
final class StoredValues {

    private static final String DECIDES = "io/aipi/camel/internal/MessageSerializer";
    private static final String DECIDING_METHOD = "isPlain";

    /** Where the JDK has values. */
    private static final List<String> PACKAGES = List.of(
            "java.base/java/lang",
            "java.base/java/math",
            "java.base/java/time",
            "java.base/java/time/chrono",
            "java.base/java/util",
            "java.base/java/util/concurrent/atomic",
            "java.sql/java/sql");

    private StoredValues() {}

    /**
     * Their names.
     *
     * @param component the component's classes
     */
    static NavigableSet<String> of(Collection<byte[]> component) {
        Set<Class<?>> kinds = kinds(component);
        NavigableSet<String> values = new TreeSet<>();
        kinds.stream().filter(Class::isArray).map(Class::getName).forEach(values::add);
        for (String name : classesOfTheJdk()) {
            Class<?> type = load(name);
            boolean concrete = Modifier.isPublic(type.getModifiers()) && !Modifier.isAbstract(type.getModifiers());
            if (concrete
                    && Serializable.class.isAssignableFrom(type)
                    && kinds.stream().anyMatch(kind -> kind.isAssignableFrom(type))) {
                add(type, values);
            }
        }
        return values;
    }

    /** With its superclasses, whose fields are written, too, and what takes its place. */
    private static void add(Class<?> type, Set<String> values) {
        for (Class<?> each = type;
                each != null && Serializable.class.isAssignableFrom(each);
                each = each.getSuperclass()) {
            values.add(each.getName());
        }
        values.addAll(replacements(type));
    }

    private static Set<Class<?>> kinds(Collection<byte[]> component) {
        Set<Class<?>> kinds = new LinkedHashSet<>();
        for (byte[] bytes : component) {
            ClassReader reader = new ClassReader(bytes);
            if (reader.getClassName().equals(DECIDES)) {
                visit(reader, DECIDING_METHOD, Opcodes.INSTANCEOF, name -> kinds.add(load(name)));
            }
        }
        if (kinds.isEmpty()) {
            throw new IllegalStateException(DECIDES + "." + DECIDING_METHOD + " does not say any more what is kept");
        }
        return kinds;
    }

    private static Set<String> replacements(Class<?> type) {
        Set<String> replacements = new TreeSet<>();
        try (InputStream in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
            visit(new ClassReader(in), "writeReplace", Opcodes.NEW, replacements::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return replacements;
    }

    private interface Types {
        void found(String name);
    }

    private static void visit(ClassReader reader, String method, int instruction, Types types) {
        reader.accept(
                new ClassVisitor(Opcodes.ASM9) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        return !name.equals(method)
                                ? null
                                : new MethodVisitor(Opcodes.ASM9) {
                                    @Override
                                    public void visitTypeInsn(int opcode, String type) {
                                        if (opcode == instruction) {
                                            types.found(
                                                    type.startsWith("[")
                                                            ? type.replace('/', '.')
                                                            : Type.getObjectType(type)
                                                                    .getClassName());
                                        }
                                    }
                                };
                    }
                },
                ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    }

    private static List<String> classesOfTheJdk() {
        Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
        List<String> names = new ArrayList<>();
        for (String folder : PACKAGES) {
            try (Stream<Path> files = Files.list(modules.resolve(folder))) {
                files.map(file -> modules.relativize(file).toString())
                        .filter(file -> file.endsWith(".class"))
                        .map(file -> file.substring(file.indexOf('/') + 1, file.length() - ".class".length()))
                        .map(file -> file.replace('/', '.'))
                        .forEach(names::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ClassLoader.getPlatformClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
