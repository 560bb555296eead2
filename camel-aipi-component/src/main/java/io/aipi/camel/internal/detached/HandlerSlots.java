/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import java.util.ArrayList;
import java.util.List;

/** The handlers of a registry, each with room for as many jobs as its limit says. Guarded by the registry. */
final class HandlerSlots {

    /** A handler, and how many jobs it has. */
    static final class Slot {

        private final JobHandler handler;
        private int taken;

        private Slot(JobHandler handler) {
            this.handler = handler;
        }

        JobHandler handler() {
            return handler;
        }

        private boolean hasRoom() {
            return taken < handler.limit();
        }

        private long room() {
            return Math.max(0, (long) handler.limit() - taken);
        }

        void take() {
            taken++;
        }

        void release() {
            taken--;
        }
    }

    private final List<Slot> slots = new ArrayList<>();
    private int last;

    void add(JobHandler handler) {
        slots.add(new Slot(handler));
    }

    void remove(JobHandler handler) {
        slots.removeIf(slot -> slot.handler == handler);
    }

    List<JobHandler> handlers() {
        return slots.stream().map(Slot::handler).toList();
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    boolean hasRoom() {
        return slots.stream().anyMatch(Slot::hasRoom);
    }

    /** Whether there is room for so many, or for a tenth of what the handlers can have. */
    boolean hasMuchRoom(int many) {
        long limit = slots.stream().mapToLong(slot -> slot.handler.limit()).sum();
        long room = slots.stream().mapToLong(Slot::room).sum();
        return room >= Math.min(many, Math.max(1, limit / 10));
    }

    /** In turn, so that several share the work; null if none has room. */
    Slot withRoom() {
        for (int i = 1; i <= slots.size(); i++) {
            int index = (last + i) % slots.size();
            if (slots.get(index).hasRoom()) {
                last = index;
                return slots.get(index);
            }
        }
        return null;
    }
}
