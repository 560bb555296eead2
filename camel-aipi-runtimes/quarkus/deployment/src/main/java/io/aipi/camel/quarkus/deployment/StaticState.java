/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Finds classes whose static initialiser makes something that must not be made while a native image is built, and then be
 * the same in every process: randomness, threads and what is open; of the component's own classes also what is read from
 * the clock and the environment.
 *
 * <p>Read off the byte code: from each static initialiser along its calls within the given classes, the initialisers that
 * they trigger included. The body of a lambda is not followed, as it runs later. A call of a method that is overridden
 * is followed to the named method only.
 */
final class StaticState {

    /** Making one of these, or calling a static method of one of these. */
    private static final Set<String> TYPES = Set.of(
            "java/util/Random",
            "java/util/SplittableRandom",
            "java/util/Timer",
            "java/util/concurrent/ThreadLocalRandom",
            "java/util/concurrent/Executors",
            "java/util/concurrent/ForkJoinPool",
            "java/util/concurrent/ScheduledThreadPoolExecutor",
            "java/util/concurrent/ThreadPoolExecutor",
            "java/util/random/RandomGenerator",
            "java/security/SecureRandom",
            "java/lang/Thread",
            "java/lang/ProcessBuilder",
            "java/lang/ProcessHandle",
            "java/lang/ref/Cleaner",
            "java/io/FileInputStream",
            "java/io/FileOutputStream",
            "java/io/RandomAccessFile",
            "java/net/DatagramSocket",
            "java/net/InetAddress",
            "java/net/NetworkInterface",
            "java/net/ServerSocket",
            "java/net/Socket",
            "java/net/http/HttpClient",
            "java/nio/channels/FileChannel",
            "java/nio/channels/Selector",
            "java/nio/channels/ServerSocketChannel",
            "java/nio/channels/SocketChannel",
            "javax/net/ssl/SSLContext");

    /** Of the component only: in libraries such values are found to be beginnings that are read anew. */
    private static final Set<String> CLOCK_AND_ENVIRONMENT = Set.of(
            "java/lang/System.currentTimeMillis",
            "java/lang/System.nanoTime",
            "java/lang/System.getenv",
            "java/time/Instant.now",
            "java/util/UUID.randomUUID");

    private static final String INITIALISER = ".<clinit>()V";

    /** What each method of the given classes calls or triggers; the names of the world outside are not in it. */
    private final Map<String, Set<String>> calls = new HashMap<>();

    private final Set<String> suspects = new HashSet<>();
    private final Set<String> classes = new HashSet<>();

    private StaticState() {}

    /**
     * Names of the classes that have to be initialised when the image runs.
     *
     * @param component the component's classes
     * @param libraries those of the libraries that it uses
     */
    static NavigableSet<String> of(Collection<byte[]> component, Collection<byte[]> libraries) {
        StaticState state = new StaticState();
        component.forEach(bytes -> state.read(bytes, true));
        libraries.forEach(bytes -> state.read(bytes, false));
        return state.collect();
    }

    private NavigableSet<String> collect() {
        NavigableSet<String> found = new TreeSet<>();
        for (String owner : classes) {
            if (reachesSuspect(owner + INITIALISER)) {
                found.add(owner.replace('/', '.'));
            }
        }
        return found;
    }

    private boolean reachesSuspect(String initialiser) {
        Set<String> seen = new HashSet<>();
        Deque<String> toFollow = new ArrayDeque<>();
        toFollow.add(initialiser);
        while (!toFollow.isEmpty()) {
            String method = toFollow.remove();
            if (suspects.contains(method)) {
                return true;
            }
            if (seen.add(method)) {
                toFollow.addAll(calls.getOrDefault(method, Set.of()));
            }
        }
        return false;
    }

    private void read(byte[] bytes, boolean own) {
        ClassReader reader = new ClassReader(bytes);
        String owner = reader.getClassName();
        classes.add(owner);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        String method = owner + "." + name + descriptor;
                        return new Body(method, own);
                    }
                },
                ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    }

    private final class Body extends MethodVisitor {

        private final String method;
        private final boolean own;
        private final Set<String> called = new HashSet<>();

        Body(String method, boolean own) {
            super(Opcodes.ASM9);
            this.method = method;
            this.own = own;
            calls.put(method, called);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            called.add(owner + "." + name + descriptor);
            boolean makes = opcode == Opcodes.INVOKESPECIAL && name.equals("<init>");
            if (opcode == Opcodes.INVOKESTATIC || makes) {
                called.add(owner + INITIALISER);
            }
            if (((opcode == Opcodes.INVOKESTATIC || makes) && TYPES.contains(owner))
                    || (own && CLOCK_AND_ENVIRONMENT.contains(owner + "." + name))) {
                suspects.add(method);
            }
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            if (opcode == Opcodes.GETSTATIC || opcode == Opcodes.PUTSTATIC) {
                called.add(owner + INITIALISER);
            }
        }
    }
}
