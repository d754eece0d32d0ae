using System.Security.Cryptography;
using CoreNode.Boot;
using CoreNode.Cli.Payloads;
using CoreNode.Disks.Metadata;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Keys;

namespace CoreNode.Hosting.Boot;

/// <summary>This process as the first one of the machine, in the archive that a kernel starts with.</summary>
internal static class BootProgram
{
    /// <summary>What the kernel calls it.</summary>
    public const string Name = "/init";

    /// <summary>
    /// True if this is the boot stage: the first process, under that name, where nothing is mounted yet. In a container
    /// there always is /proc, and what this program does to a machine would be a surprise there.
    /// </summary>
    public static bool IsCalled(string programName) =>
        programName == Name && Environment.ProcessId == 1 && !Directory.Exists("/proc/self");

    /// <summary>Runs it; comes back never.</summary>
    public static int Run(string[] arguments)
    {
        // Once, before there is a source of chance: the runtime would wait for it until the kernel has enough.
        _ = Name.GetHashCode(StringComparison.Ordinal);
        new Thread(WarmUp) { IsBackground = true }.Start();
        new BootStage(arguments, Trust, TimeProvider.System).Run();
        return 1;
    }

    // Loads OpenSSL and makes it ready beside the modules: a tenth of a second that nothing else waits for.
    private static void WarmUp()
    {
        try
        {
            byte[] hash = SHA256.HashData([]);
            foreach (VerifyingKey key in TrustFolder.Read(StageArchive.KeysFolder).Keys.Keys)
                _ = key.Verify(hash, []);
        }
        catch (Exception fault) when (fault is IOException or CryptographicException)
        {
            // Told when it matters.
        }
    }

    /// <summary>
    /// The keys of the archive, and those that records of STATE hand their trust on to. Records that do not hold
    /// change nothing: whoever can write STATE cannot make himself trusted, nor keep a slot from starting.
    /// </summary>
    private static SlotVerifier Trust(string keysFolder, string stateRoot)
    {
        SlotVerifier? verify = null;
        string? problem = null;
        return (message, signatures) =>
        {
            try
            {
                verify ??= SlotSignatures.Trusting(Keys(keysFolder, stateRoot));
            }
            catch (IOException unreadable)
            {
                problem = unreadable.Message;
            }

            return problem ?? verify!(message, signatures);
        };
    }

    private static TrustedKeys Keys(string keysFolder, string stateRoot)
    {
        TrustedKeys keys = TrustFolder.Read(keysFolder).Keys;
        try
        {
            foreach ((_, KeyRotation record) in TrustFolder.ReadRecords(stateRoot + PayloadCommands.TrustFolder))
                (keys, _) = keys.Apply(record);
        }
        catch (IOException)
        {
            // The keys of the archive stay as they are.
        }

        return keys;
    }
}
