using CoreNode.Hosting;
using CoreNode.Hosting.Updates;
using TestFolder = CoreNode.Tests.EndToEnd.TestFolder;

namespace CoreNode.Tests.Hosting.Updates;

/// <summary>Where kernels beside slots go on a machine.</summary>
[TestFixture, Category("Unit")]
internal sealed class BootFolderTests
{
    [Test]
    public void It_is_the_one_that_is_named_or_the_first_that_is_there()
    {
        using TestFolder machine = new();
        UpdateOptions options = new() { IsOn = true, Root = machine.File("") };
        Assert.That(BootFolder.KernelOf(options, "b"), Is.Empty, "there is none");
        foreach (string folder in new[] { "boot/flatcar", "boot/coreos", "boot/corenode" })
        {
            Directory.CreateDirectory(machine.File(folder));
            Assert.That(
                Path.GetFullPath(BootFolder.KernelOf(options, "b")),
                Is.EqualTo(Path.GetFullPath(machine.File(folder + "/vmlinuz-b"))));
        }

        Directory.CreateDirectory(machine.File("efi"));
        UpdateOptions named = options with { BootFolder = machine.File("efi") };
        Assert.That(BootFolder.KernelOf(named, "a"), Is.EqualTo(machine.File("efi/vmlinuz-a")));
        Assert.That(BootFolder.KernelOf(named, ""), Is.Empty, "a slot without a letter has no kernel");
        named = options with { BootFolder = machine.File("gone") };
        Assert.That(BootFolder.KernelOf(named, "a"), Is.Empty, "no other one in place of that which is named");
    }
}
