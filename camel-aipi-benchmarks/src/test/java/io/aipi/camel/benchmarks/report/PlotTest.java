/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import static io.aipi.camel.benchmarks.plan.ClientKind.AIPI;
import static io.aipi.camel.benchmarks.plan.ClientKind.JDK;
import static io.aipi.camel.benchmarks.report.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.xy.XYDataset;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PlotTest {

    /** What can be read in the drawing. */
    private static List<String> words(Svg plot) throws Exception {
        NodeList words = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(plot.text())))
                .getElementsByTagName("text");
        return IntStream.range(0, words.getLength())
                .mapToObj(i -> words.item(i).getTextContent())
                .toList();
    }

    @Test
    void aBarHasTheLengthOfItsFigureAndWhatIsNotKnownHasNone() throws Exception {
        Svg plot = BarPlot.of(
                "polls < 20",
                List.of(row("a", AIPI, 5, 1), row("a", JDK, 10.26, 1), row("b", JDK, Double.NaN, 1)),
                Row::polls,
                1);

        CategoryDataset bars = plot.chart().getCategoryPlot().getDataset();
        assertThat(bars.getColumnCount()).isEqualTo(2);
        assertThat(bars.getValue(AIPI.id(), "a aipi")).isEqualTo(5.0);
        assertThat(bars.getValue(JDK.id(), "a jdk-300ms")).isEqualTo(10.26);
        assertThat(words(plot)).contains("polls < 20", "a aipi", "a jdk-300ms", "5.0", "10.3", "aipi", "jdk-300ms");
    }

    @Test
    void aCurveHasAPointForEachFigure_andNamesItsInterval() throws Exception {
        Svg plot = CurvePlot.of(List.of(
                row("curve-100", AIPI, 4, 100),
                row("curve-100", JDK, 12, 90),
                row("curve-200", JDK, 6, 180),
                row("curve-300", JDK, 4, Double.NaN)));

        XYDataset curves = plot.chart().getXYPlot().getDataset();
        assertThat(IntStream.range(0, curves.getSeriesCount())
                        .mapToObj(curve -> curves.getSeriesKey(curve) + ": " + curves.getItemCount(curve)))
                .containsExactly("aipi, mean: 1", "aipi, p95: 1", "jdk-300ms, mean: 2", "jdk-300ms, p95: 2");
        assertThat(curves.getXValue(2, 0)).isEqualTo(6);
        assertThat(curves.getYValue(2, 0)).isEqualTo(180);
        assertThat(words(plot))
                .contains("aipi, mean", "jdk-300ms, p95", "polls per job")
                .filteredOn("300"::equals)
                .as("the interval, beside each point of a mean")
                .hasSize(3);
    }

    @Test
    void aPlotOfNothingIsADrawing() throws Exception {
        assertThat(words(BarPlot.of("nothing", List.of(), Row::polls, 1))).contains("nothing");
    }
}
