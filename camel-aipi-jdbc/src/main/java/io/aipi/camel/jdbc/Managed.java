/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.spi.ManagementObjectStrategy;
import org.apache.camel.spi.ManagementStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A service that is in JMX until this is closed. */
@FunctionalInterface
interface Managed {

    /** Of no context, or one without JMX. */
    Managed NOTHING = () -> {};

    void close();

    /** {@code context} may be null. Without JMX jobs are stored as well: its failures are logged. */
    static Managed of(CamelContext context, Service service) {
        ManagementStrategy strategy = context == null ? null : context.getManagementStrategy();
        ManagementObjectStrategy objects = strategy == null ? null : strategy.getManagementObjectStrategy();
        if (objects == null) {
            return NOTHING;
        }
        Logger log = LoggerFactory.getLogger(Managed.class);
        Object object = objects.getManagedObjectForService(context, service);
        try {
            strategy.manageObject(object);
        } catch (Exception e) {
            log.warn("{} is not in JMX", service, e);
            return NOTHING;
        }
        return () -> {
            try {
                strategy.unmanageObject(object);
            } catch (Exception e) {
                log.debug("{} stays in JMX", service, e);
            }
        };
    }
}
