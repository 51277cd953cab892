using System.Collections.Concurrent;
using LocalPlatform.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Tests.Hosting;

public sealed class SeedTests : IDisposable
{
    private readonly TestFolder _folder = new TestFolder()
        .With("samples/list.csv", "a,1\nb,2\n")
        .With("localplatform.json", """
            { "seed": [ { "method": "POST", "path": "/api/import", "file": "samples/list.csv", "contentType": "text/csv", "says": "imported the list" } ] }
            """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_first_start_seeds_the_store_and_says_so_and_a_second_does_not()
    {
        var imports = new Imports();
        await using (var first = await StartAsync(imports))
            Assert.Contains("Empty store: imported the list: 8 bytes of text/csv", first.Console, StringComparison.Ordinal);
        await using (var second = await StartAsync(imports))
            Assert.DoesNotContain("Empty store", second.Console, StringComparison.Ordinal);
        Assert.Single(imports);
    }

    [Fact]
    public async Task A_seed_that_failed_is_tried_again_at_the_next_start()
    {
        var imports = new Imports { Fails = true };
        await using (await StartAsync(imports))
            imports.Fails = false;
        await using (await StartAsync(imports))
            Assert.Equal(2, imports.Count);
    }

    [Fact]
    public async Task Seeding_can_be_switched_off()
    {
        var imports = new Imports();
        await using (await StartAsync(imports, "--LocalPlatform:Seed", "false"))
            Assert.Empty(imports);
    }

    private Task<FunctionsHost> StartAsync(Imports imports, params string[] args) =>
        FunctionsHost.StartAsync([typeof(ImportFunctions)], app => app.Services.AddSingleton(imports), _folder, args);
}

public sealed class Imports : ConcurrentQueue<string>
{
    public bool Fails { get; set; }
}

public class ImportFunctions(Imports imports)
{
    [Function("Import")]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Admin, "post", Route = "import")] HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        imports.Enqueue(request.ContentType!);
        return imports.Fails ? Results.StatusCode(503) : Results.Text($"{body.Length} bytes of {request.ContentType}");
    }
}
