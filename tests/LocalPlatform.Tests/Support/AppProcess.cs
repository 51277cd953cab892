using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace LocalPlatform.Tests.Support;

/// <summary>
/// One of the <see cref="ChildApps"/> as a process of its own, for what only a process shows: its end, signals, its console.
/// </summary>
internal sealed class AppProcess : IAsyncDisposable
{
    /// <summary>The variable that says where an app listens; empty for the address in its settings.</summary>
    public const string AddressVariable = "ASPNETCORE_URLS";

    private const string AddressLine = "Listening on ";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AppProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Note(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _output);

    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Starts an app on a folder and returns at once.</summary>
    /// <param name="app">Its name among the <see cref="ChildApps"/>.</param>
    /// <param name="folder">Its settings files and its data.</param>
    public static AppProcess Start(string app, TestFolder folder) => Start(app, folder, []);

    /// <summary>
    /// Starts an app with variables of its environment, and a command line. It listens on any free port unless told otherwise.
    /// </summary>
    public static AppProcess Start(string app, TestFolder folder, (string Name, string Value)[] environment, params string[] args) =>
        Start(ChildProcess.Start(app, folder.Path), environment, args);

    /// <summary>
    /// Starts an app that SIGINT ends in any case: what a shell runs in the background ignores it, and so do the processes that it starts.
    /// </summary>
    public static AppProcess StartInterruptible(string app, TestFolder folder)
    {
        var start = ChildProcess.Start(app, folder.Path);
        if (OperatingSystem.IsLinux())
        {
            // `env` becomes the app: the process stays the same.
            string[] command = ["--default-signal=INT", start.FileName];
            start.FileName = "env";
            foreach (var argument in command)
                start.ArgumentList.Add(argument);
        }
        return Start(start, []);
    }

    private static AppProcess Start(ProcessStartInfo start, (string Name, string Value)[] environment, params string[] args)
    {
        start.RedirectStandardError = true;
        start.Environment[AddressVariable] = "http://127.0.0.1:0";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        return new AppProcess(start);
    }

    /// <summary>Where the app listens, once it does.</summary>
    public Task<Uri> AddressAsync() => _address.Task.WaitAsync(Deadline);

    /// <summary>A client of the app, once it listens.</summary>
    public async Task<HttpClient> ConnectAsync() => new() { BaseAddress = await AddressAsync() };

    /// <summary>Sends a signal by its name, such as <c>TERM</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Note(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null)
            return;
        if (line.StartsWith(AddressLine, StringComparison.Ordinal))
            _address.TrySetResult(new Uri(line[AddressLine.Length..]));
        lines.Enqueue(line);
    }
}
