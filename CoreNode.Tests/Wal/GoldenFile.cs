using System.Runtime.CompilerServices;

namespace CoreNode.Tests.Wal;

/// <summary>
/// Bytes of a format as a version of it was released. With <c>CORENODE_REWRITE_GOLDEN=1</c> a test writes them anew:
/// right only for a format that was never released.
/// </summary>
internal static class GoldenFile
{
    /// <summary>Compares with TestData/formats/<paramref name="name"/>.</summary>
    public static void AssertIs(string name, ReadOnlySpan<byte> written, [CallerFilePath] string source = "")
    {
        if (Environment.GetEnvironmentVariable("CORENODE_REWRITE_GOLDEN") == "1")
        {
            string project = source;
            while (!Directory.Exists(Path.Combine(project, "TestData")))
                project = Path.GetDirectoryName(project)!;
            Directory.CreateDirectory(Path.Combine(project, "TestData", "formats"));
            File.WriteAllBytes(Path.Combine(project, "TestData", "formats", name), written);
            Assert.Inconclusive($"{name} was written anew");
        }

        Assert.That(written.SequenceEqual(Read(name)), Is.True, $"what is written differs from {name}");
    }

    /// <summary>The bytes.</summary>
    public static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "TestData", "formats", name));
}
