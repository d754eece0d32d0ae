using System.Globalization;

namespace CoreNode.Updates.Lifecycle;

/// <summary>The one table of error codes: each has a class and a text.</summary>
public static class UpdateErrors
{
    /// <summary>The first code that stands for an HTTP status: status 404 is 2404.</summary>
    public const int HttpBase = 2000;

    /// <summary>Bits that older clients put on top of a code: other server, test image, resumed, developer.</summary>
    public const uint FlagBits = 0xF0000000;

    private static readonly Dictionary<int, UpdateErrorInfo> s_all = Table();

    /// <summary>Every named code.</summary>
    public static IReadOnlyCollection<UpdateErrorInfo> All => s_all.Values;

    /// <summary>The code of an HTTP status.</summary>
    public static UpdateError OfHttp(int status) => (UpdateError)(HttpBase + Math.Clamp(status, 0, 999));

    /// <summary>The HTTP status that a code stands for; 0 if none.</summary>
    public static int HttpStatus(UpdateError code) =>
        (int)code is > HttpBase and < HttpBase + 1000 ? (int)code - HttpBase : 0;

    /// <summary>A code as an older client sent it, without its flag bits.</summary>
    public static UpdateError WithoutFlags(uint sent) => (UpdateError)(int)(sent & ~FlagBits);

    /// <summary>What is known of a code; of an unknown one as of <see cref="UpdateError.Error"/>.</summary>
    public static UpdateErrorInfo Of(UpdateError code)
    {
        if (s_all.TryGetValue((int)code, out UpdateErrorInfo? info))
            return info;
        int number = (int)code;
        if (number is >= HttpBase and < HttpBase + 1000)
        {
            string status = string.Create(
                CultureInfo.InvariantCulture, $"the server answered with HTTP status {number - HttpBase}");
            return new UpdateErrorInfo(code, RetryClass.SameUrl, status);
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"error {number}, which this version does not know");
        return new UpdateErrorInfo(code, RetryClass.SameUrl, text);
    }

    private static Dictionary<int, UpdateErrorInfo> Table()
    {
        Dictionary<int, UpdateErrorInfo> table = [];
        AddUrlFaults(table);
        AddOfTheWay(table);
        AddOfTheMachine(table);
        AddRules(table);
        return table;
    }

    private static void AddUrlFaults(Dictionary<int, UpdateErrorInfo> table)
    {
        void Add(UpdateError code, string text) => table.Add((int)code, new(code, RetryClass.NextUrl, text));
        Add(UpdateError.PayloadHashMismatch, "the payload's hash is not the one that was offered: it is damaged or "
            + "another one; look at what this address serves");
        Add(UpdateError.PayloadSizeMismatch, "the payload's size is not the one that was offered: it is cut off or "
            + "another one; look at what this address serves");
        Add(UpdateError.DownloadPayloadVerification, "the payload's signature could not be verified: look at the "
            + "trusted keys and at how it was signed");
        Add(UpdateError.SignedDeltaPayloadExpected, "the payload is not signed: sign it with a key that this machine "
            + "trusts");
        Add(UpdateError.PayloadPubKeyVerification, "no key that this machine trusts signed the payload: sign it with "
            + "one, or bring the rotation record of the new key");
        Add(UpdateError.InvalidMetadataMagic, "what came is no payload, perhaps a page that a proxy or sign-in put "
            + "in its place: fetch the address by hand and look");
        Add(UpdateError.SignatureMissingInManifest, "the payload does not say where its signature is: make it again");
        Add(UpdateError.ManifestParse, "the payload's manifest cannot be read: make the payload again");
        Add(UpdateError.MetadataSignature, "the signature of the payload's metadata cannot be read: sign it again");
        Add(UpdateError.MetadataSignatureVerification, "the signature of the payload's metadata could not be "
            + "verified: look at the trusted keys and at how it was signed");
        Add(UpdateError.MetadataSignatureMismatch, "no key that this machine trusts signed the payload's metadata: "
            + "sign it with one, or bring the rotation record of the new key");
        Add(UpdateError.OperationHashVerification, "the hash of an operation could not be verified: make the payload "
            + "again");
        Add(UpdateError.OperationExecution, "an operation of the payload could not be carried out: it does not fit "
            + "this machine's slots, or was made wrongly");
        Add(UpdateError.OperationHashMismatch, "data of the payload have another hash than its manifest says: they "
            + "are damaged; look at what this address serves");
        Add(UpdateError.InvalidMetadataSize, "the size of the payload's metadata is out of bounds: make it again");
        Add(UpdateError.InvalidMetadataSignature, "the signature of the payload's metadata is malformed: sign it "
            + "again");
        Add(UpdateError.OperationHashMissing, "the payload has data without a hash: make it again");
        Add(UpdateError.MetadataSignatureMissing, "the payload's metadata is not signed: sign it with a key that "
            + "this machine trusts");
        Add(UpdateError.ReleaseMismatch, "the payload is of another version than the server offered: look at what "
            + "belongs to this release on the server");
        Add(UpdateError.RedirectRefused, "the address leads elsewhere in a way that is not allowed (from HTTPS to "
            + "plain HTTP, or too often): offer the last address itself");
    }

    private static void AddOfTheWay(Dictionary<int, UpdateErrorInfo> table)
    {
        void Add(UpdateError code, RetryClass retry, string text) => table.Add((int)code, new(code, retry, text));
        Add(UpdateError.Error, RetryClass.SameUrl, "it failed for a reason that has no code of its own: see the log");
        Add(UpdateError.DownloadTransfer, RetryClass.SameUrl, "the transfer broke and did not come back: look at the "
            + "network between this machine and the address");
        Add(UpdateError.DownloadWrite, RetryClass.SameUrl, "writing to the target slot failed: look at the disk");
        Add(UpdateError.DownloadStateInit, RetryClass.SameUrl, "the writing could not be begun or gone on with: see "
            + "the log");
        Add(UpdateError.OmahaHttp, RetryClass.SameUrl, "the server answered with an HTTP error: look at its log");
        Add(UpdateError.TimedOut, RetryClass.SameUrl, "it took longer than it may: look at the network and the disk");
        Add(UpdateError.Interrupted, RetryClass.SameUrl, "the node ended in the middle of it: it goes on by itself");
        Add(UpdateError.ServerNotTrusted, RetryClass.SameUrl, "the server's certificate is not trusted: give its CA, "
            + "or look at who answers there");
        Add(UpdateError.OmahaRequest, RetryClass.Check, "the server could not be asked: look at SERVER in "
            + "update.conf and at the network");
        Add(UpdateError.OmahaResponseHandler, RetryClass.Check, "the server's answer cannot be acted upon: see the "
            + "log");
        Add(UpdateError.OmahaEmptyResponse, RetryClass.Check, "the server's answer was empty: look at SERVER in "
            + "update.conf, its path included");
        Add(UpdateError.OmahaXmlParse, RetryClass.Check, "the server's answer is not XML, perhaps a page that a "
            + "proxy or sign-in put in its place: look at SERVER in update.conf");
        Add(UpdateError.OmahaResponseInvalid, RetryClass.Check, "the server's answer lacks what it must hold, often "
            + "because the server refuses this group or application: look at GROUP in update.conf");
    }

    private static void AddOfTheMachine(Dictionary<int, UpdateErrorInfo> table)
    {
        void Add(UpdateError code, string text) => table.Add((int)code, new(code, RetryClass.Machine, text));
        Add(UpdateError.FilesystemCopier, "copying the running slot failed: look at the disk");
        Add(UpdateError.PostinstallRunner, "the new version's own last step failed: see the log");
        Add(UpdateError.SetBootableFlag, "the slots' attributes could not be written: look at the disk with "
            + "\"corenode slot show\"");
        Add(UpdateError.InstallDeviceOpen, "the target slot could not be opened: look at the disk with "
            + "\"corenode slot show\"");
        Add(UpdateError.KernelDeviceOpen, "there is no place, or no room, for the kernel: look at the boot folder "
            + "(--update-boot)");
        Add(UpdateError.NewPartitionInfo, "the payload does not say what the new slot must look like: make it again");
        Add(UpdateError.NewRootfsVerification, "the slot reads back with another hash than was written: the disk "
            + "loses data; look at its health");
        Add(UpdateError.NewKernelVerification, "the kernel reads back with another hash than was written: the disk "
            + "loses data; look at its health");
        Add(UpdateError.BootedFromFirmwareB, "the firmware runs from its second copy: reboot first");
        Add(UpdateError.Powerwash, "the machine is being reset to its first state: updates wait");
        Add(UpdateError.PcrPolicyVerification, "the measured-boot policy could not be verified: see the log");
        Add(UpdateError.PcrPolicyHttp, "the measured-boot policy could not be sent: look at PCR_POLICY_SERVER in "
            + "update.conf");
        Add(UpdateError.NoTargetSlot, "there is no slot to write to, or it is too small: look at the disk with "
            + "\"corenode slot show\"");
        Add(UpdateError.Rollback, "the machine went back to the version before: see \"corenode update history\"");
    }

    private static void AddRules(Dictionary<int, UpdateErrorInfo> table)
    {
        void Add(UpdateError code, RetryClass retry, string text) => table.Add((int)code, new(code, retry, text));
        Add(UpdateError.Success, RetryClass.None, "done");
        Add(UpdateError.Incomplete, RetryClass.Policy, "not done yet");
        Add(UpdateError.IgnoredPerPolicy, RetryClass.Policy, "the offer is passed over by a rule of this machine");
        Add(UpdateError.DeferredPerPolicy, RetryClass.Policy, "the offer is put off by a rule of this machine");
        Add(UpdateError.DeferredForBackoff, RetryClass.Policy, "the offer is put off because the same payload failed "
            + "before: it is tried again later, or now with \"corenode update now\"");
        Add(UpdateError.Cancelled, RetryClass.Policy, "the operator stopped it");
        Add(UpdateError.ReleaseExpired, RetryClass.Refused, "the release is past the date that was signed with it: "
            + "publish a newer one, and look at this machine's clock");
        Add(UpdateError.ReleaseOlder, RetryClass.Refused, "the release is older than what this machine has had: "
            + "publish a newer one, or take it by hand with --allow-downgrade");
        Add(UpdateError.StepMissing, RetryClass.Refused, "the release cannot be taken from the one that runs: update "
            + "to a release between first");
        Add(UpdateError.WrongBoard, RetryClass.Refused, "the release is for another kind of machine: look at which "
            + "group this machine is in");
        Add(UpdateError.WrongApplication, RetryClass.Refused, "the release is of another product: look at SERVER and "
            + "GROUP in update.conf");
        Add(UpdateError.KnownBad, RetryClass.Refused, "this version went back here before: publish a newer one, or "
            + "take it by hand with --accept-bad");
    }
}
