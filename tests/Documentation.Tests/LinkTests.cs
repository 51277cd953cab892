namespace Documentation.Tests;

public class LinkTests
{
    private static readonly string[] Starts = ["README.md", "docs/README.md"];

    [Fact]
    public void Every_link_between_documents_leads_to_a_file_and_a_heading_that_exist()
    {
        var links = Repository.Files("", ".md")
            .SelectMany(file => Markdown.Links(Repository.Read(file)).Select(link => (File: file, Link: link)))
            .Where(link => !link.Link.Contains("://", StringComparison.Ordinal)
                && !link.Link.StartsWith("mailto:", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(links);
        Assert.Empty(links.Select(link => WhatIsWrong(link.File, link.Link)).OfType<string>());
    }

    [Theory]
    [InlineData("Gone: [x](nowhere.md)", "nowhere.md")]
    [InlineData("No such heading: [x](#nothing)", "#nothing")]
    public void A_broken_link_is_found(string text, string link)
    {
        Assert.Equal([link], Markdown.Links(text));
        Assert.NotNull(WhatIsWrong("docs/README.md", link));
    }

    [Fact]
    public void Every_document_can_be_reached_from_the_readmes()
    {
        var reached = new HashSet<string>(Starts.Where(Repository.Exists), StringComparer.Ordinal);
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var file))
        {
            foreach (var target in Markdown.Links(Repository.Read(file)).Select(link => Resolve(file, link.Split('#')[0])))
            {
                if (target.EndsWith(".md", StringComparison.Ordinal) && Repository.Exists(target) && reached.Add(target))
                    open.Enqueue(target);
            }
        }

        Assert.Empty(Repository.Files("docs", ".md").Except(reached));
    }

    private static string? WhatIsWrong(string file, string link)
    {
        var parts = link.Split('#', 2);
        var target = parts[0].Length == 0 ? file : Resolve(file, parts[0]);
        if (!Repository.Exists(target))
            return $"{file}: {link} leads to {target}, which is not there";
        if (parts.Length == 2 && target.EndsWith(".md", StringComparison.Ordinal)
            && !Markdown.Anchors(Repository.Read(target)).Contains(parts[1]))
            return $"{file}: {link}: {target} has no such heading";
        return null;
    }

    private static string Resolve(string file, string link)
    {
        var full = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, Uri.UnescapeDataString(link)));
        return Path.GetRelativePath(Repository.Root, full).Replace('\\', '/');
    }
}
