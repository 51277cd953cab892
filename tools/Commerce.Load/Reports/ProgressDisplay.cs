using System.Globalization;
using Commerce.Load.Measuring;
using Spectre.Console;

namespace Commerce.Load.Reports;

/// <summary>How far the work is and how it goes.</summary>
/// <param name="Progress">0 to 1; null when the end is not known.</param>
internal sealed record ProgressState(string Phase, double? Progress, long Ok, long Refused, long Failed, Sample? Now,
    IReadOnlyList<KeyValuePair<string, long>> Kinds);

/// <summary>Shows the state while work goes on: a table that updates itself on a terminal, a line every two seconds elsewhere.</summary>
internal sealed class ProgressDisplay(IAnsiConsole console, TimeProvider time)
{
    private static readonly TimeSpan TerminalRefresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);

    public async Task RunAsync(Task work, Func<ProgressState> state)
    {
        if (console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal)
            await console.Live(Render(state())).AutoClear(true)
                .StartAsync(context => RepeatAsync(work, TerminalRefresh, () => context.UpdateTarget(Render(state()))));
        else
            await RepeatAsync(work, LineEvery, () => console.WriteLine(Line(state())));
        await work;
    }

    internal static string Line(ProgressState state)
    {
        var now = state.Now is { } sample
            ? string.Create(CultureInfo.InvariantCulture,
                $", now {sample.OkPerSecond:N0}/s p50 {Tables.Milliseconds(sample.P50Ms)} p99 {Tables.Milliseconds(sample.P99Ms)} ms")
            : "";
        var progress = state.Progress is { } part ? string.Create(CultureInfo.InvariantCulture, $" {part * 100:0} %") : "";
        var kinds = string.Concat(state.Kinds.Take(3).Select(kind => $", {kind.Key}: {kind.Value}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"{state.Phase}{progress}: {state.Ok:N0} ok, {state.Refused:N0} refused, {state.Failed:N0} failed{now}{kinds}");
    }

    private async Task RepeatAsync(Task work, TimeSpan every, Action show)
    {
        while (await Task.WhenAny(work, Task.Delay(every, time)) != work)
            show();
    }

    private static Table Render(ProgressState state)
    {
        var table = Tables.New(Markup.Escape(state.Phase), "ok", "refused", "failed", "ok/s now", "p50 ms", "p99 ms");
        table.AddRow(
            new Markup(Bar(state.Progress)), Text(state.Ok), Text(state.Refused), Text(state.Failed),
            Text((long)(state.Now?.OkPerSecond ?? 0)), new Text(Tables.Milliseconds(state.Now?.P50Ms ?? 0)),
                new Text(Tables.Milliseconds(state.Now?.P99Ms ?? 0)));
        foreach (var (kind, count) in state.Kinds.Take(5))
            table.AddRow(new Text("  " + kind, new Style(Color.Yellow)), Text(count));
        return table;
    }

    private static string Bar(double? progress)
    {
        const int Cells = 24;
        if (progress is not { } part)
            return "[grey]...[/]";
        var filled = (int)Math.Round(Math.Clamp(part, 0, 1) * Cells);
        return $"[green]{new string('█', filled)}[/][grey]{new string('░', Cells - filled)}[/] {part * 100:0} %";
    }

    private static Text Text(long value) => new(value.ToString("N0", CultureInfo.InvariantCulture));
}
