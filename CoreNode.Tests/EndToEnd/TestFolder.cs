namespace CoreNode.Tests.EndToEnd;

/// <summary>A temporary folder below TMPDIR that goes away with the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        Path = Directory.CreateTempSubdirectory("corenode-test-").FullName;
    }

    /// <summary>Absolute path, short enough for a unix socket inside (108 bytes).</summary>
    public string Path { get; }

    /// <summary>The path of <paramref name="name"/> inside.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
