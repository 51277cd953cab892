using System.Globalization;
using System.Security;
using System.Text;

namespace Commerce.Scale.Reports;

/// <summary>The few shapes that the charts are made of.</summary>
internal sealed class Svg(int width, int height)
{
    public const string Ink = "#1f2933";
    public const string Pale = "#52606d";

    private readonly StringBuilder _text = new(string.Create(CultureInfo.InvariantCulture, $"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" font-size="12">
        <rect width="{width}" height="{height}" fill="#ffffff"/>

        """));

    public void Title(int x, string title, string subtitle)
    {
        Append($"<text x=\"{x}\" y=\"26\" font-size=\"17\" font-weight=\"600\" fill=\"{Ink}\">{Escape(title)}</text>");
        Text(x, 44, subtitle, Pale);
    }

    public void Text(double x, double y, string text, string colour, string anchor = "start") =>
        Append($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" fill=\"{colour}\" text-anchor=\"{anchor}\">{Escape(text)}</text>");

    public void Line(double x1, double y1, double x2, double y2, string colour, string dashes = "none") =>
        Append(
            $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"{colour}\" stroke-dasharray=\"{dashes}\"/>");

    public void Bar(double x, double y, double barWidth, double barHeight, string colour) =>
        Append($"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{barWidth:0.#}\" height=\"{barHeight:0.#}\" fill=\"{colour}\"/>");

    public void Path(IEnumerable<(double X, double Y)> points, string colour)
    {
        var corners = points.Select(static point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}"));
        var text = string.Join(' ', corners);
        Append($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" points=\"{text}\"/>");
    }

    public override string ToString() => $"{_text}</svg>\n";

    private void Append(FormattableString element) => _text.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Escape(string text) => SecurityElement.Escape(text);
}
