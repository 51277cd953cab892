using System.CommandLine;
using Commerce.Compare;

var one = new Argument<Uri>("one") { Description = "Address of the first host, such as http://127.0.0.1:7071" };
var other = new Argument<Uri>("other") { Description = "Address of the second host" };
var key = new Option<string?>("--key") { Description = "Function key that both take (x-functions-key)" };
var token = new Option<string?>(
    "--token")
{ Description = "Access token that both take, of all scopes; without it each host's local issuer is asked" };
var command = new RootCommand(
    "Asks two hosts of the shop the same questions and tells where their answers differ. Both should be new and empty.")
{
    one, other, key, token,
};
command.SetAction(async (parsed, ct) =>
{
    var comparison = new Comparison(parsed.GetRequiredValue(one), parsed.GetRequiredValue(other), parsed.GetValue(key),
        parsed.GetValue(token));
    var differing = await comparison.RunAsync(Console.Out, ct);
    return differing == 0 ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
