using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Infrastructure.Tests;

/// <summary>
/// The Bicep CLI from its NuGet package, on the repository's templates. It runs once for all tests and is spoken to by JSON-RPC: to start
/// and to read Azure's types takes five seconds of a processor, and each answer after that less than one. It ends with this process, which
/// holds the other end of its input.
/// </summary>
internal static class BicepCli
{
    private const string LengthHeader = "Content-Length: ";

    private static readonly Lazy<Process> Server = new(Start);
    private static readonly SemaphoreSlim Turn = new(1);
    private static readonly Lazy<Task<JsonObject>> Compiled = new(() => AskAsync("compile", new() { ["path"] = PathOf("main.bicep") }));

    public static string Folder { get; } = Path.Combine(Metadata.Root, "infra", "bicep");

    /// <summary>The templates, compiled once for all tests: <c>contents</c>, and what the linter finds in <c>diagnostics</c>.</summary>
    public static Task<JsonObject> CompiledAsync() => Compiled.Value;

    /// <summary>The compiled template.</summary>
    public static async Task<JsonObject> TemplateAsync() => JsonNode.Parse((await Compiled.Value).Text("contents"))!.AsObject();

    /// <summary>Compiles a file of parameters, which compiles and lints what it uses, too.</summary>
    public static Task<JsonObject> CompileParametersAsync(string path) =>
        AskAsync("compileParams", new() { ["path"] = path, ["parameterOverrides"] = new JsonObject() });

    /// <summary>What a file of parameters would create in a subscription, as the CLI predicts it.</summary>
    /// <exception cref="InvalidOperationException">The templates refuse the parameters.</exception>
    public static async Task<JsonObject> SnapshotAsync(string path, string subscription, string location)
    {
        var metadata = new JsonObject { ["subscriptionId"] = subscription, ["location"] = location };
        var answer = await AskAsync(
            "getSnapshot", new() { ["path"] = path, ["metadata"] = metadata, ["externalInputs"] = new JsonArray() });
        return JsonNode.Parse(answer.Text("snapshot"))!.AsObject();
    }

    public static string PathOf(string file) => Path.Combine(Folder, file);

    private static async Task<JsonObject> AskAsync(string method, JsonObject question)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 1,
            ["method"] = $"bicep/{method}",
            ["params"] = new JsonArray(question),
        };
        // One after the other, so that an answer belongs to the question before it.
        await Turn.WaitAsync();
        try
        {
            await WriteAsync(Server.Value.StandardInput.BaseStream, request);
            var answer = await ReadAsync(Server.Value.StandardOutput.BaseStream);
            return answer["error"] is { } error ? throw new InvalidOperationException(error.Text("message")) : answer["result"]!.AsObject();
        }
        finally
        {
            Turn.Release();
        }
    }

    private static async Task WriteAsync(Stream stream, JsonObject message)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message);
        var head = string.Create(CultureInfo.InvariantCulture, $"{LengthHeader}{body.Length}\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(body);
        await stream.FlushAsync();
    }

    private static async Task<JsonObject> ReadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var next = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(next);
            head.Append((char)next[0]);
        }
        var length = head.ToString().Split("\r\n").Single(line => line.StartsWith(LengthHeader, StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(length[LengthHeader.Length..], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return JsonNode.Parse(body)!.AsObject();
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo(Metadata.BicepPath, ["jsonrpc", "--stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // A short life gains by none of these.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        return Process.Start(start)!;
    }
}
