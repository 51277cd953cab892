using System.Text.Encodings.Web;

namespace LocalPlatform.Identity;

/// <summary>The page on which somebody says who they are. It loads nothing, runs nothing, and sends to this host alone.</summary>
internal static class SignInPage
{
    /// <param name="hidden">What came with the request and goes on with the answer.</param>
    /// <param name="scope">What the page that asks wants the token to be good for; may be changed.</param>
    public static string Html(IEnumerable<(string Name, string Value)> hidden, string scope) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Sign in</title>
        <style>
        body {"{"} font: 16px/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 24rem; padding: 0 1rem; {"}"}
        label, input, button {"{"} display: block; width: 100%; box-sizing: border-box; font: inherit; {"}"}
        input, button {"{"} margin: .25rem 0 1rem; padding: .5rem; {"}"}
        </style>
        </head>
        <body>
        <h1>Sign in</h1>
        <p>This is a local run: you are whoever you say you are.</p>
        <form method="post">
        {string.Concat(hidden.Select(field => $"<input type=\"hidden\" name=\"{Encoded(field.Name)}\" value=\"{Encoded(field.Value)}\">\n"))}
        <label for="sub">User id</label>
        <input id="sub" name="sub" required autofocus autocomplete="username">
        <label for="scope">Scopes</label>
        <input id="scope" name="scope" value="{Encoded(scope)}" autocomplete="off">
        <button>Sign in</button>
        </form>
        </body>
        </html>
        """;

    /// <summary>What the page may do; a form's answer leads back to where the request came from.</summary>
    public static string Policy(Uri goesBackTo) =>
        $"default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {goesBackTo.GetLeftPart(UriPartial.Authority)}; base-uri "
            + "'none'; frame-ancestors 'none'";

    private static string Encoded(string text) => HtmlEncoder.Default.Encode(text);
}
