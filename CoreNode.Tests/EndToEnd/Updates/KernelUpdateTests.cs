using System.Text.Json;
using CoreNode.Foundation;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>The native node updates a machine whose kernels lie beside its slots, as CoreOS has it.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class KernelUpdateTests
{
    private UpdatedMachine _machine = null!;

    [SetUp]
    public async Task SetUp() => _machine = await UpdatedMachine.MakeAsync(hasKernel: true);

    [TearDown]
    public ValueTask TearDown() => _machine.DisposeAsync();

    [Test]
    public async Task A_served_kernel_is_written_beside_the_slot_and_booted_with_it()
    {
        await _machine.StartAsync();
        await _machine.NowAsync();
        await _machine.UntilStageAsync("need-reboot");
        _machine.AssertBootable();
        _machine.AssertKernels();
        Assert.That(await _machine.RestartMachineAsync(), Is.EqualTo("USR-B"));
        await _machine.UntilAsync(static now =>
            now.GetProperty("stage").GetString() == "idle" && now.GetProperty("runningVersion").GetString() == "2.0");
        Assert.That(_machine.Attributes("USR-B").ToString(), Is.EqualTo("2/0/1"));
        ProgramResult shown = await ProgramResult.OfAsync(
            TestPrograms.Corenode(), ["slot", "show", _machine.Disk, "-o", "json"]);
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_machine.Kernel));
        Assert.That(shown.Output, Does.Contain(hash), "the slot says which kernel it may boot");
    }

    [Test]
    public async Task Killed_at_any_moment_there_is_never_half_a_kernel_and_the_update_goes_on()
    {
        Prng chance = new(4);
        await _machine.StartAsync("--update-rate", "10000000");
        for (int kill = 0; kill < 6; kill++)
        {
            await _machine.NowAsync();
            await Task.Delay(chance.Next(3000));
            await _machine.Node.KillAsync();
            _machine.AssertBootable();
            _machine.AssertKernels();
            await _machine.StartAsync();
            string stage = (await _machine.UntilAsync(static now =>
                now.GetProperty("runningVersion").GetString()!.Length > 0)).GetProperty("stage").GetString()!;
            if (stage is "need-reboot" or "verifying" or "finalizing")
                break;
        }

        JsonElement status = await _machine.StatusAsync();
        if (status.GetProperty("stage").GetString() is "idle" or "reporting")
            await _machine.NowAsync();
        await _machine.UntilStageAsync("need-reboot");
        _machine.AssertBootable();
        _machine.AssertKernels();
        Assert.That(_machine.Attributes("USR-B").MayStart, Is.True);
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(_machine.KernelFile('a'))!), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_payload_of_version_1_is_applied_from_a_file_with_its_kernel()
    {
        string file = await _machine.MakeVersion1Async();
        await _machine.StartAsync();
        await _machine.UntilAsync(static now => now.GetProperty("runningVersion").GetString()!.Length > 0);
        // It says no version and no counter.
        (int answer, string body) = await _machine.OrderAsync(
            "apply", $$"""{"url":"{{file}}","allowDowngrade":true}""");
        Assert.That(answer, Is.EqualTo(200), body);
        await _machine.UntilStageAsync("need-reboot");
        Assert.That(_machine.Attributes("USR-B").ToString(), Is.EqualTo("2/1/0"));
        _machine.AssertBootable();
        _machine.AssertKernels();
    }

    [Test]
    public async Task A_machine_without_a_folder_for_kernels_refuses_them_and_says_what_to_do()
    {
        Directory.Delete(Path.GetDirectoryName(_machine.KernelFile('a'))!, recursive: true);
        await _machine.StartAsync();
        await _machine.NowAsync();
        JsonElement status = await _machine.UntilAsync(static now =>
            now.GetProperty("lastFailure").ValueKind == JsonValueKind.Object);
        JsonElement failure = status.GetProperty("lastFailure");
        Assert.That(failure.GetProperty("code").GetInt32(), Is.EqualTo((int)UpdateError.KernelDeviceOpen));
        Assert.That(failure.GetProperty("text").GetString(), Does.Contain("--update-boot"));
        Assert.That(_machine.Attributes("USR-A").IsSuccessful, Is.True);
    }
}
