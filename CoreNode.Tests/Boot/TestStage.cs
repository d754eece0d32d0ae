using System.Buffers.Binary;
using System.Text;
using CoreNode.Boot;

namespace CoreNode.Tests.Boot;

/// <summary>Boot stages that are nothing but different.</summary>
internal static class TestStage
{
    /// <summary>A kernel's file that says its release and holds nothing else.</summary>
    public static byte[] Kernel(string release)
    {
        byte[] file = new byte[3000];
        file[0x1FE] = 0x55;
        file[0x1FF] = 0xAA;
        "HdrS"u8.CopyTo(file.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x20E), 0x400);
        Encoding.ASCII.GetBytes($"{release} (test) #1 SMP\0", file.AsSpan(0x600));
        return file;
    }

    /// <summary>A whole one of that version.</summary>
    public static StageContent Of(string version) => StageContent.Of(
        version, "cloud", Kernel($"6.1.0-{version}"), Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat($"archive of {version} ", 200))));
}
