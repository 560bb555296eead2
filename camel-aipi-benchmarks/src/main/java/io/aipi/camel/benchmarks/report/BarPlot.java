/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.math.RoundingMode;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.StackedBarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.DefaultCategoryDataset;

/** One figure of all rows as horizontal bars, one for each scenario and client. */
final class BarPlot {

    private static final int WIDTH = 900;
    private static final int BAR = 16;
    private static final int AROUND = 110;

    private BarPlot() {}

    /** A plot; rows whose figure is not known are left out. */
    static Svg of(String title, List<Row> rows, ToDoubleFunction<Row> figure, int decimals) {
        DefaultCategoryDataset bars = new DefaultCategoryDataset();
        for (Row row : rows) {
            double value = figure.applyAsDouble(row);
            if (!Double.isNaN(value)) {
                bars.addValue(value, row.client(), row.load() + " " + row.client());
            }
        }
        // a series for each client, for its colour; each category has a bar of one of them only
        StackedBarRenderer renderer = new StackedBarRenderer();
        renderer.setBarPainter(new StandardBarPainter());
        renderer.setShadowVisible(false);
        for (int series = 0; series < bars.getRowCount(); series++) {
            renderer.setSeriesPaint(series, Palette.of((String) bars.getRowKey(series)));
        }
        renderer.setDefaultItemLabelGenerator(new StandardCategoryItemLabelGenerator("{2}", format(decimals)));
        renderer.setDefaultItemLabelsVisible(true);
        renderer.setDefaultPositiveItemLabelPosition(
                new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        CategoryAxis labels = new CategoryAxis();
        labels.setCategoryLabelPositionOffset(8);
        labels.setLowerMargin(0);
        labels.setUpperMargin(0);
        NumberAxis figures = new NumberAxis();
        figures.setUpperMargin(0.1);
        CategoryPlot plot = new CategoryPlot(bars, labels, figures, renderer);
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        return new Svg(new JFreeChart(title, plot), WIDTH, AROUND + BAR * bars.getColumnCount());
    }

    private static NumberFormat format(int decimals) {
        NumberFormat format = NumberFormat.getInstance(Locale.ROOT);
        format.setMinimumFractionDigits(decimals);
        format.setMaximumFractionDigits(decimals);
        format.setGroupingUsed(false);
        format.setRoundingMode(RoundingMode.HALF_UP);
        return format;
    }
}
