
namespace LocalPlatform.Storage.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("data-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_folder_belongs_to_one_owner_at_a_time()
    {
        var path = Path.Combine(_folder.FullName, "new", "folder");
        using (var owner = DataDirectory.Acquire(path))
        {
            Assert.Equal(Path.Combine(path, "a.db"), owner.File("a.db"));
            var refused = Assert.Throws<DataDirectoryInUseException>(() => DataDirectory.Acquire(path));
            Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        }
        using var next = DataDirectory.Acquire(path);
        Assert.True(Directory.Exists(next.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("/dev/null/folder")]
    public void A_path_that_can_be_no_folder_is_named(string path) => Assert.Contains(
        path.Split('\0')[0], Assert.Throws<DataUnusableException>(() => DataDirectory.Acquire(path)).Message, StringComparison.Ordinal);
}
