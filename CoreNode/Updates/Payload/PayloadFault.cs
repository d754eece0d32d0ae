namespace CoreNode.Updates.Payload;

/// <summary>Why a payload is not taken.</summary>
/// <param name="Code">For the server and for what is done next.</param>
/// <param name="Text">What is wrong and where, one line, for people.</param>
public sealed record PayloadFault(PayloadErrorCode Code, string Text)
{
    /// <summary>"Text (error 23)".</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Text} (error {(int)Code})");
}
