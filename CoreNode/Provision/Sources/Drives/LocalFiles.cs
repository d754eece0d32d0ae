using CoreNode.Platform;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>Files that somebody named: what is wrong with one now is wrong with it in a minute.</summary>
internal static class LocalFiles
{
    /// <summary>Reads a file; null if there is none.</summary>
    /// <exception cref="SourceException">It cannot be read; final.</exception>
    public static byte[]? TryRead(string path)
    {
        try
        {
            return SmallFiles.TryRead(path);
        }
        catch (IOException unreadable)
        {
            throw new SourceException(unreadable.Message, isFinal: true, unreadable);
        }
    }
}
