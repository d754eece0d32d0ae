using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Blocks;

/// <summary>What the system remembers of files.</summary>
public static class PageCache
{
    /// <summary>Asks the system to forget a file that was synced, so that it is read from the disk again.</summary>
    public static void Forget(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        _ = BlockCalls.Advise(file, 0, 0, BlockCalls.NotNeeded);
    }
}
