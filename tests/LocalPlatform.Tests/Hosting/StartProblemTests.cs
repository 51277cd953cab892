using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LocalPlatform.Tests.Support;
using Microsoft.Azure.Functions.Worker;

namespace LocalPlatform.Tests.Hosting;

/// <summary>
/// What keeps an app from starting ends its process with exit code 1, a line for each problem on standard error, and no more.
/// </summary>
public sealed class StartProblemTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_functions_that_cannot_run_are_told_at_once() => Assert.Equal(
        [
            "Function 'BadSchedule' (LocalPlatform.Tests.Hosting.WrongFunctions.BadSchedule): "
                + "The schedule 'every day' is neither six NCRONTAB fields nor a time of the form HH:mm:ss.",
            "Function 'NeedsSetting' (LocalPlatform.Tests.Hosting.WrongFunctions.NeedsSetting): "
                + "The setting 'Queue:Name' is missing; '%Queue:Name%' names it.",
        ],
        (await ProblemsAsync(nameof(ChildApps.WrongAsync))).Order());

    [Fact]
    public async Task A_host_json_that_cannot_be_read_is_named()
    {
        _folder.With("host.json", """{ "version": """);
        var problem = Assert.Single(await ProblemsAsync(nameof(ChildApps.FineAsync)));
        Assert.StartsWith($"{_folder.File("host.json")} is not valid JSON: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_what_to_do()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        _folder.With("local.settings.json", $$"""{ "Host": { "LocalHttpPort": {{port}} } }""");
        Assert.Equal(
            [$"http://127.0.0.1:{port} is in use. Stop what listens there, or choose another address with --urls http://127.0.0.1:<port>."],
            await ProblemsAsync(nameof(ChildApps.FineAsync), (AppProcess.AddressVariable, "")));
    }

    [Theory]
    [InlineData("nonsense", "'nonsense' is no address to listen on. One is http://127.0.0.1:7071.")]
    [InlineData("http://", "'http:' is no address to listen on. One is http://127.0.0.1:7071.")]
    [InlineData("ftp://127.0.0.1:1", "'ftp://127.0.0.1:1' is no address to listen on. One is http://127.0.0.1:7071.")]
    [InlineData("http://0.0.0.0:0", "'http://0.0.0.0:0': port 0, any that is free, is for http://127.0.0.1:0 alone.")]
    public async Task An_address_that_is_none_is_named(string urls, string problem) =>
        Assert.Equal([problem], await ProblemsAsync(nameof(ChildApps.FineAsync), (AppProcess.AddressVariable, urls)));

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_to_is_named()
    {
        var file = _folder.File("occupied");
        await File.WriteAllTextAsync(file, "not a folder", TestContext.Current.CancellationToken);
        var problem = Assert.Single(await ProblemsAsync(nameof(ChildApps.FineAsync), ("LocalPlatform__DataPath", file)));
        Assert.StartsWith($"The data folder '{file}' cannot be written to: ", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("servicebus.db")]
    [InlineData("taskhub.db")]
    [InlineData("host.db")]
    public async Task A_store_that_is_broken_is_named(string name)
    {
        var data = Directory.CreateDirectory(_folder.File("broken")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, name), new string('x', 8192), TestContext.Current.CancellationToken);
        var problem = Assert.Single(await ProblemsAsync(nameof(ChildApps.FineAsync), ("LocalPlatform__DataPath", data)));
        Assert.StartsWith($"The store '{Path.Combine(data, name)}' cannot be opened: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_in_use_is_named()
    {
        await using var first = await FunctionsHost.StartAsync([typeof(FineFunctions)], null, _folder);
        var problem = Assert.Single(await ProblemsAsync(nameof(ChildApps.FineAsync)));
        Assert.Contains(_folder.File("data"), problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_wrong_option_of_the_app_is_a_line() =>
        Assert.Equal(["wrong first", "wrong second"], await ProblemsAsync(nameof(ChildApps.InvalidAsync)));

    [Fact]
    public async Task What_falls_over_the_end_is_not_told() => Assert.DoesNotContain(
        "fell over the end", string.Join('\n', await ProblemsAsync(nameof(ChildApps.ThrowingTwiceAsync))), StringComparison.Ordinal);

    [Theory]
    [InlineData(nameof(ChildApps.ThrowingAsync), "no luck with the program")]
    [InlineData(nameof(ChildApps.ThrowingServiceAsync), "no luck with the service")]
    public async Task What_the_app_throws_at_its_start_is_told_with_its_place(string app, string message)
    {
        var problem = await ProblemsAsync(app);
        Assert.Equal($"System.InvalidOperationException: {message}", problem[0]);
        Assert.Contains(problem, line =>
            line.Contains("Throw", StringComparison.Ordinal) || line.Contains("Unlucky", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("17")]
    public async Task A_number_of_workers_that_is_none_is_named(string count) => Assert.Equal(
        [$"LocalPlatform:Workers:http '{count}' is not a number from 0 to 16."],
        await ProblemsAsync(nameof(ChildApps.FineAsync), ("LocalPlatform__Workers__http", count)));

    [Theory]
    [InlineData("seventy")]
    [InlineData("65536")]
    [InlineData("-1")]
    public async Task A_port_that_is_none_is_named(string port)
    {
        await using var process = AppProcess.Start(nameof(ChildApps.FineAsync), _folder, [], "--port", port);
        Assert.Equal(1, await process.EndAsync());
        Assert.Equal([$"--port '{port}' is not a port from 0 to 65535."], process.Errors);
    }

    [Fact]
    public async Task The_command_line_says_the_port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var process = AppProcess.Start(nameof(ChildApps.FineAsync), _folder, [], $"--port={port}");
        Assert.Equal(port, (await process.AddressAsync()).Port);
    }

    [Fact]
    public async Task Help_is_given_and_nothing_else_done()
    {
        await using var process = AppProcess.Start(nameof(ChildApps.FineAsync), _folder, [], "--help");
        Assert.Equal(0, await process.EndAsync());
        Assert.Contains("--port <port>", process.Output, StringComparison.Ordinal);
        Assert.Contains("--urls <addresses>", process.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("data")));
    }

    private async Task<IReadOnlyList<string>> ProblemsAsync(string app, params (string Name, string Value)[] environment)
    {
        await using var process = AppProcess.Start(app, _folder, environment);
        Assert.Equal(1, await process.EndAsync());
        // A machine that is very busy makes the web server complain of that on the console; the problem itself is told once, and elsewhere.
        Assert.DoesNotContain(process.Errors[0], process.Output, StringComparison.Ordinal);
        return process.Errors;
    }
}

public static class WrongFunctions
{
    [Function("NeedsSetting")]
    public static void NeedsSetting([ServiceBusTrigger("%Queue:Name%")] string message) => _ = message;

    [Function("BadSchedule")]
    public static void BadSchedule([TimerTrigger("every day")] TimerInfo timer) => _ = timer;
}
