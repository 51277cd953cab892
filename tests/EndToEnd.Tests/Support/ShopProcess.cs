using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Reflection;

namespace EndToEnd.Tests.Support;

/// <summary>The real app as a child process on a free port. It can be killed like by a power cut, and started again.</summary>
public sealed class ShopProcess : IAsyncDisposable
{
    private const string AddressLine = "Listening on ";
    private const string ProcessLine = "Process ";
    private const int LinesKept = 200;

    /// <summary>For a shop that serves many tests: what it runs often is worth being compiled well.</summary>
    public static readonly (string Name, string Value) LivesLong = ("DOTNET_TC_CallCounting", "1");

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(5);

    private static readonly Dictionary<string, string> Metadata = typeof(ShopProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(metadata => metadata.Key, metadata => metadata.Value!);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openStreams = 2;

    private ShopProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _address.Task.Result;

    /// <summary>What it printed last.</summary>
    public string Output => string.Join('\n', _output);

    public bool HasExited => _process.HasExited;

    /// <param name="dataPath">The folder of its data; a new one for a shop that knows nothing.</param>
    /// <param name="settings">Settings besides the usual ones, such as <c>Orders:SweepAfterSeconds</c>.</param>
    public static Task<ShopProcess> StartAsync(string dataPath, params IEnumerable<(string Name, string Value)> settings) =>
        StartAsync([Metadata["AppPath"]], dataPath, settings);

    /// <summary>The shop as the README starts it, except that it is built already.</summary>
    public static Task<ShopProcess> RunAsync(string dataPath) => StartAsync(
        ["run", "--no-build", "--configuration", Metadata["Configuration"], "--project", Metadata["ProjectPath"], "--"], dataPath, []);

    private static async Task<ShopProcess> StartAsync(
        string[] command, string dataPath, IEnumerable<(string Name, string Value)> settings)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = Path.GetDirectoryName(Metadata["AppPath"])!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[.. command, "--urls", "http://127.0.0.1:0"])
            start.ArgumentList.Add(argument);
        start.Environment["LocalPlatform__DataPath"] = dataPath;
        start.Environment["LocalPlatform__Seed"] = "false";
        // Most hardly live long enough to gain by any of them, and a hundred are started; who is killed would leave a debugger's sockets.
        foreach (var saving in (string[])["TieredPGO", "EnableWriteXorExecute", "TC_CallCounting", "EnableDiagnostics"])
            start.Environment[$"DOTNET_{saving}"] = "0";
        // Tests do in a minute what a person does in a year.
        foreach (var limit in (string[])["OrdersPerMinute", "ReadsPerMinute", "UnsignedReadsPerMinute", "FailedSignInsPerMinute"])
            start.Environment[$"RateLimits__{limit}"] = "10000000";
        // However slow the machine, who waits for an order learns what has become of it: in place of that 202 would be the answer.
        start.Environment["Orders__WaitSeconds"] = "60";
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        var shop = new ShopProcess(start);
        try
        {
            shop._process.Start();
            shop._process.BeginOutputReadLine();
            shop._process.BeginErrorReadLine();
            await shop._address.Task.WaitAsync(StartTimeout);
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL: nothing in the process gets to run any more.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGKILL to this process alone, which is that of <c>dotnet run</c> if it was started so.</summary>
    public void KillAlone() => _process.Kill();

    /// <summary>The process that says that it is the shop.</summary>
    public async Task<Process> InnerAsync()
    {
        string Line() => _output.FirstOrDefault(line => line.StartsWith(ProcessLine, StringComparison.Ordinal)) ?? "";
        var line = await Eventually.Async(() => Task.FromResult(Line()), static line => line.Length > 0, ProcessLine);
        return Process.GetProcessById(int.Parse(line[ProcessLine.Length..line.IndexOf(':')], CultureInfo.InvariantCulture));
    }

    /// <summary>A request in the middle of which the app dies: no answer comes, whichever way the client notices.</summary>
    public static async Task AssertUnansweredAsync(Func<Task<Answer>> request)
    {
        Answer answer;
        try
        {
            answer = await request();
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException)
        {
            return;
        }
        Assert.Fail($"It lives, and answers {answer.Code} {answer.Body}");
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            using var terminate = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await terminate.WaitForExitAsync();
        }
        await _process.WaitForExitAsync().WaitAsync(StartTimeout);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await KillAsync();
        }
        catch (InvalidOperationException)
        {
            // It was never started.
        }
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            // The end of both streams, and not that of the process: what it said last may be read only after its death is noticed.
            if (Interlocked.Decrement(ref _openStreams) == 0)
                _address.TrySetException(new InvalidOperationException($"The app ended at its start.\n{Output}"));
            return;
        }
        if (line.StartsWith(AddressLine, StringComparison.Ordinal))
            _address.TrySetResult(new Uri(line[AddressLine.Length..].Split(',')[0]));
        _output.Enqueue(line);
        while (_output.Count > LinesKept)
            _output.TryDequeue(out _);
    }
}
