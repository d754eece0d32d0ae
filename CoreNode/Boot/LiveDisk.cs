using System.Buffers.Binary;
using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>
/// A disk that came with the archive, as a file: a machine that is started by the network needs no other. The kernel
/// takes it as a disk with partitions (linux/loop.h), so nothing behind this knows the difference.
/// </summary>
internal static class LiveDisk
{
    /// <summary>Where the archive has it.</summary>
    public const string Image = "/live.raw";

    private const string Node = "/dev/loop0";
    private const nuint Configure = 0x4C0A;
    private const int ConfigureBytes = 304;
    private const int FlagsAt = 60;
    private const int ScansPartitions = 8;
    private const int LongestWait = 500;

    /// <summary>Makes it a disk and gives its node; null if there is none.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static string? Attach(ModuleLoader loader)
    {
        if (!File.Exists(Image))
            return null;
        loader.Load([StageModules.Loop]);
        for (int i = 0; i < LongestWait && !File.Exists(Node); i++)
            BootSystem.Rest(1);
        int device = BootSystem.Open(Node, writes: true);
        int image = BootSystem.Open(Image, writes: true);
        Span<byte> what = stackalloc byte[ConfigureBytes];
        what.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(what, image);
        BinaryPrimitives.WriteInt32LittleEndian(what[FlagsAt..], ScansPartitions);
        int code = BootSystem.Control(device, Configure, what);
        IOException? fault = code == 0 ? null : BootSystem.Error($"{Image} cannot become a disk");
        _ = BootCalls.Close(image);
        _ = BootCalls.Close(device);
        return fault is null ? Node : throw fault;
    }
}
