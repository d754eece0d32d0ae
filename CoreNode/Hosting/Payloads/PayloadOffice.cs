using CoreNode.Cli.Payloads;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Payload;

namespace CoreNode.Hosting.Payloads;

/// <summary>The command line's work with payloads, over Updates.Payload and Updates.Keys.</summary>
internal sealed class PayloadOffice : IPayloadOffice
{
    private readonly PayloadHashes _hashes = new();

    public PayloadReport Create(PayloadOrder order, Action<PayloadProgress> progress, CancellationToken cancellation)
    {
        using PayloadMaker maker = new(order, _hashes, progress, cancellation);
        maker.Make();
        return Inspect(order.OutputFile);
    }

    public PayloadReport Verify(string file, string keys)
    {
        TrustedKeys trusted = TrustFolder.Read(keys).Keys;
        if (trusted.Keys.Count == 0)
            throw new IOException($"{keys} holds no key: nothing can be verified (see --key)");
        using PayloadFile payload = PayloadFile.Open(file);
        VerifiedPayload verified =
            WholePayload.TryVerify(payload, trusted, _hashes, PayloadExpectation.None, out PayloadFault? fault)
            ?? throw Refused(file, fault!);
        return PayloadReports.Of(file, payload, verified, trusted.Keys);
    }

    public PayloadReport Inspect(string file)
    {
        using PayloadFile payload = PayloadFile.Open(file);
        VerifiedPayload read =
            WholePayload.TryInspect(payload, _hashes, out PayloadFault? fault) ?? throw Refused(file, fault!);
        return PayloadReports.Of(file, payload, read, []);
    }

    private static IOException Refused(string file, PayloadFault fault) => new($"{file}: {fault}");
}
