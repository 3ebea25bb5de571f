namespace CurveRbd.Store;

/// <summary>Whether zeroing may give space back.</summary>
public enum ZeroMode
{
    /// <summary>The store may (and should) release the space.</summary>
    Unmap,

    /// <summary>The range stays or becomes allocated (thick provisioning).</summary>
    Allocate,
}
