using System.Security.Cryptography;
using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>A whole boot stage in memory.</summary>
/// <param name="About">What it says of itself.</param>
/// <param name="Kernel">The kernel's file.</param>
/// <param name="Archive">The archive that it starts with, packed.</param>
public sealed record StageContent(StageAbout About, ReadOnlyMemory<byte> Kernel, ReadOnlyMemory<byte> Archive)
{
    /// <summary>One of these parts.</summary>
    /// <exception cref="IOException">The kernel is none.</exception>
    public static StageContent Of(
        string version, string board, ReadOnlyMemory<byte> kernel, ReadOnlyMemory<byte> archive)
    {
        string known = KernelImage.Version(kernel.Span)
            ?? throw new IOException("the kernel is none for x86 (bzImage)");
        StageAbout about = new(version, board, KernelImage.Release(known), Describe(kernel), Describe(archive));
        return new StageContent(about, kernel, archive);
    }

    /// <summary>Length and hash of a file, as <see cref="StageAbout"/> has them.</summary>
    public static string Describe(ReadOnlyMemory<byte> file) =>
        StageAbout.Describe(file.Length, SHA256.HashData(file.Span));
}
