using System.Buffers.Binary;
using System.Text;
using CoreNode.Boot.Model;

namespace CoreNode.Tests.Boot.Model;

[TestFixture, Category("Unit")]
internal sealed class KernelImageTests
{
    private const string Version =
        "6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)";

    private const string Running = "Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 "
        + "(Debian 12.2.0) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 "
        + "(2026-11-16)";

    [Test]
    public void A_kernel_says_its_version()
    {
        Assert.That(KernelImage.Version(Image(0x3000)), Is.EqualTo(Version));
        Assert.That(KernelImage.Release(Version), Is.EqualTo("6.1.0-56-cloud-amd64"));
    }

    [Test]
    public void What_is_no_kernel_has_none()
    {
        byte[] noMagic = Image(0x3000);
        noMagic[0x202] = (byte)'X';
        byte[] noBoot = Image(0x3000);
        noBoot[0x1FE] = 0;
        byte[] noText = Image(0x3000);
        BinaryPrimitives.WriteUInt16LittleEndian(noText.AsSpan(0x20E), 0);
        byte[] tooFar = Image(0x3000)[..0x2000];
        foreach (byte[] image in new[] { noMagic, noBoot, noText, tooFar, [], "MZ"u8.ToArray() })
            Assert.That(KernelImage.Version(image), Is.Null);
    }

    [Test]
    public void The_running_kernel_is_known_by_release_and_build()
    {
        Assert.That(KernelImage.IsRunning(Version, Running + "\n"), Is.True);
        string otherRelease = Version.Replace("-56-", "-54-", StringComparison.Ordinal);
        string otherBuild = Version.Replace(".192-2", ".192-1", StringComparison.Ordinal);
        Assert.That(KernelImage.IsRunning(otherRelease, Running), Is.False);
        Assert.That(KernelImage.IsRunning(otherBuild, Running), Is.False);
        Assert.That(KernelImage.IsRunning(Version, "6.1.0"), Is.False);
    }

    private static byte[] Image(int at)
    {
        byte[] image = new byte[KernelImage.HeadBytes];
        image[0x1FE] = 0x55;
        image[0x1FF] = 0xAA;
        "HdrS"u8.CopyTo(image.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x20E), (ushort)(at - 0x200));
        Encoding.ASCII.GetBytes(Version, image.AsSpan(at));
        return image;
    }
}
