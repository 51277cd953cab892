using LocalPlatform.Commands;

namespace LocalPlatform;

/// <summary>Parts of the platform as processes of their own, for those who run the app elsewhere (<c>func start</c>, Azure).</summary>
internal static class Program
{
    private static readonly string Usage = $"Usage:{Environment.NewLine}  {WebhooksCommand.Usage}{Environment.NewLine}  "
        + $"{CosmosCommand.Usage}{Environment.NewLine}  {IdentityCommand.Usage}";

    private static async Task<int> Main(string[] args)
    {
        if (args.Any(static arg => arg is "--help" or "-h" or "-?"))
        {
            Console.WriteLine(Usage);
            return 0;
        }
        try
        {
            return args switch
            {
                ["webhooks", .. var rest] => await WebhooksCommand.RunAsync(new CommandArguments(rest, "port", "key", "data")),
                ["cosmos", .. var rest] => await CosmosCommand.RunAsync(new CommandArguments(rest, "port", "data", "ranges")),
                ["identity", .. var rest] => await IdentityCommand.RunAsync(new CommandArguments(rest, "port", "audience", "data")),
                _ => Explain(Usage),
            };
        }
        catch (Exception problem) when (problem is FormatException or IOException)
        {
            return Explain(problem.Message);
        }
    }

    private static int Explain(string text)
    {
        Console.Error.WriteLine(text);
        return 1;
    }
}
